package dev.lockstep.engine.inspect;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.frame.FrameTypes;
import dev.lockstep.engine.group.GroupView;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.inspect.Finding.Kind;
import dev.lockstep.engine.log.ClosedLog;
import dev.lockstep.engine.store.DerivedState;
import dev.lockstep.engine.tx.HeuristicBranch;
import dev.lockstep.engine.tx.PreparedBranch;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Checks that groups stand within their topics, and that branches in doubt have their messages. */
final class StateCheck {
  private final ClosedLog log;
  private final DerivedState state;
  private final Report report;

  StateCheck(ClosedLog log, DerivedState state, Report report) {
    this.log = log;
    this.state = state;
    this.report = report;
  }

  void run() throws IOException {
    for (String group : state.groups().names()) {
      for (String name : state.topics().names()) {
        TopicState topic = state.topics().topic(name);
        Optional<GroupView> view = state.groups().view(group, topic);
        if (view.isPresent()) {
          group(group, topic, view.get());
          report.checkedGroup();
        }
      }
    }
    for (PreparedBranch branch : state.prepared().all()) {
      branch(branch);
      report.checkedInDoubt();
    }
    for (HeuristicBranch branch : state.resolutions().heuristics()) {
      heuristic(branch);
      report.checkedHeuristic();
    }
  }

  private void group(String group, TopicState topic, GroupView view) {
    for (int i = 0; i < topic.partitionCount(); i++) {
      long end = topic.partition(i).end();
      long committed = view.committed(i).orElse(0);
      if (committed < 0 || committed > end) {
        report.add(
            Finding.of(
                    Kind.GROUP,
                    "group '"
                        + group
                        + "' has acknowledged everything up to offset "
                        + committed
                        + ", and the partition ends at "
                        + end,
                    "the group skips what is sent until the partition has come that far; set it"
                        + " back")
                .about(topic.name(), i)
                .offsets(committed, end));
      }
    }
  }

  private void heuristic(HeuristicBranch branch) {
    if (state.prepared().find(branch.body().branch()).isPresent()) {
      report.add(
          Finding.of(
              Kind.STATE,
              "branch " + branch.body().id() + " was decided by hand, and is in doubt all the same",
              "its outcome can't be known. Restore the directory from a backup, together with the"
                  + " databases that it shares transactions with"));
    }
  }

  private void branch(PreparedBranch branch) throws IOException {
    for (MessageRef message : branch.messages()) {
      try {
        log.read(
            List.of(message.frame()),
            (type, position, length, body) -> {
              if (type != FrameTypes.MESSAGE
                  && type != FrameTypes.COPY
                  && type != FrameTypes.BATCH
                  && type != FrameTypes.BATCH_COPY) {
                throw new CorruptLogException(
                    "there is another frame at position " + position + " than its message");
              }
            });
      } catch (CorruptLogException e) {
        report.add(
            Finding.of(
                    Kind.BRANCH,
                    "branch "
                        + branch.body().id()
                        + ", which is in doubt, has lost a message: "
                        + e.getMessage(),
                    "if it is committed, the message can't be delivered. Restore the directory"
                        + " from a backup, together with the databases that it shares transactions"
                        + " with")
                .in(
                    log.fileOf(message.frame().position()),
                    log.byteOf(message.frame().position()),
                    message.frame().position())
                .about(state.topics().topic(message.topic()).name(), message.partition()));
      }
    }
  }
}
