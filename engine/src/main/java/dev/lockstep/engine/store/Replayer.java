package dev.lockstep.engine.store;

import dev.lockstep.CorruptLogException;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.BatchBody;
import dev.lockstep.engine.frame.CommitBody;
import dev.lockstep.engine.frame.CommitBody.OffsetRange;
import dev.lockstep.engine.frame.CommitBody.Phase;
import dev.lockstep.engine.frame.DropBody;
import dev.lockstep.engine.frame.ForgottenBody;
import dev.lockstep.engine.frame.FrameTypes;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.GroupDeletedBody;
import dev.lockstep.engine.frame.GroupPositionBody;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.frame.MovedBody;
import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.frame.RecordBody;
import dev.lockstep.engine.frame.RecordRemovedBody;
import dev.lockstep.engine.frame.ResolvedBody;
import dev.lockstep.engine.frame.RollbackBody;
import dev.lockstep.engine.frame.TakenBackBody;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.frame.TopicDeletedBody;
import dev.lockstep.engine.frame.TrimBody;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.Traits;
import dev.lockstep.engine.log.FrameHandler;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.engine.tx.PreparedBranch;
import dev.lockstep.spi.Branch.Outcome;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Applies the frames behind the checkpoint again, in log order, as they were applied at first. */
final class Replayer implements FrameHandler {
  private final DerivedState state;
  private final Map<Long, List<MessageRef>> open = new HashMap<>();

  Replayer(DerivedState state) {
    this.state = state;
  }

  @Override
  public void frame(byte type, long position, int length, ByteBuffer body) {
    try {
      fit(type, position, length, body);
    } catch (UnfitFrameException e) {
      throw new CorruptLogException(String.valueOf(e.getMessage()), e);
    }
  }

  private void fit(byte type, long position, int length, ByteBuffer body) {
    try {
      apply(type, position, length, body);
    } catch (BufferUnderflowException
        | IndexOutOfBoundsException
        | IllegalArgumentException
        | IllegalStateException
        | InvalidConfigException e) {
      throw new UnfitFrameException(
          position,
          "the frame at position "
              + position
              + ", of type "
              + type
              + ", is whole and can't be understood: "
              + e.getMessage()
              + ". Open the log with the version that wrote it, or restore the directory from a"
              + " backup",
          e);
    }
  }

  private void apply(byte type, long position, int length, ByteBuffer body) {
    switch (type) {
      case FrameTypes.MESSAGE -> message(body, new FrameRef(position, length));
      case FrameTypes.BATCH -> batch(body, new FrameRef(position, length));
      case FrameTypes.PREPARE -> prepare(PrepareBody.decode(body), position);
      case FrameTypes.COMMIT -> commit(CommitBody.decode(body), position);
      case FrameTypes.ROLLBACK -> rollback(RollbackBody.decode(body), position);
      case FrameTypes.RESOLVED -> resolved(ResolvedBody.decode(body), position);
      case FrameTypes.FORGOTTEN -> forgotten(ForgottenBody.decode(body), position);
      case FrameTypes.TOPIC -> state.put(TopicBody.decode(body));
      case FrameTypes.TOPIC_DELETED -> state.delete(TopicDeletedBody.decode(body));
      case FrameTypes.TRIM -> state.trim(TrimBody.decode(body));
      case FrameTypes.DROP -> state.drop(DropBody.decode(body));
      case FrameTypes.MOVED -> state.move(MovedBody.decode(body));
      case FrameTypes.SPILLED -> {} // its messages count with the branch's own end
      case FrameTypes.TAKEN_BACK -> takenBack(TakenBackBody.decode(body), position);
      case FrameTypes.COPY,
          FrameTypes.BATCH_COPY -> {} // the frame that closes their unit says whose copies they are
      case FrameTypes.RECORD -> state.records().put(RecordBody.decode(body));
      case FrameTypes.RECORD_REMOVED ->
          state.records().remove(RecordRemovedBody.decode(body).key());
      case FrameTypes.GROUP -> state.groups().add(GroupBody.decode(body));
      case FrameTypes.GROUP_POSITION -> state.groups().move(GroupPositionBody.decode(body));
      case FrameTypes.GROUP_DELETED -> state.groups().remove(GroupDeletedBody.decode(body).group());
      default ->
          throw new UnfitFrameException(
              position,
              "the frame at position "
                  + position
                  + " has type "
                  + type
                  + ", which this version does not know; open the log with the version that wrote"
                  + " it, or a newer one");
    }
  }

  private void message(ByteBuffer body, FrameRef frame) {
    MessageRef message =
        new MessageRef(
            MessageBody.topic(body), MessageBody.partition(body), frame, Traits.of(body));
    open(MessageBody.branch(body)).add(message);
  }

  private void batch(ByteBuffer body, FrameRef frame) {
    List<MessageRef> messages = open(BatchBody.branch(body));
    for (int slot = 0; slot < BatchBody.count(body); slot++) {
      messages.add(
          new MessageRef(
              BatchBody.topic(body), BatchBody.partition(body), frame, Traits.ofBatch(body, slot)));
    }
  }

  private List<MessageRef> open(long branch) {
    return open.computeIfAbsent(branch, each -> new ArrayList<>());
  }

  private void takenBack(TakenBackBody body, long position) {
    List<MessageRef> messages = take(body.branch());
    if (messages.size() < body.kept()) {
      throw inconsistent(position, "a branch keeps " + body.kept() + " messages");
    }
    messages.subList(body.kept(), messages.size()).clear();
    open.put(body.branch(), messages);
  }

  private void prepare(PrepareBody body, long position) {
    List<MessageRef> messages = take(body.branch());
    if (messages.size() != body.messages()) {
      throw inconsistent(position, "a prepared branch has " + body.messages() + " messages");
    }
    state.prepared().add(new PreparedBranch(body, messages));
  }

  private void commit(CommitBody body, long position) {
    List<MessageRef> messages;
    List<Ack> acks;
    if (body.phase() == Phase.ONE) {
      messages = take(body.branch());
      acks = body.acks();
    } else {
      PreparedBranch branch = decided(body.branch(), position);
      messages = branch.messages();
      acks = branch.body().acks();
    }
    publish(body.ranges(), messages, body.time(), position);
    state.groups().commit(acks, body.branch());
    state.clock().observe(body.time());
  }

  private void publish(
      List<OffsetRange> ranges, List<MessageRef> messages, long time, long position) {
    int offsets = ranges.stream().mapToInt(OffsetRange::count).sum();
    if (offsets != messages.size()) {
      throw inconsistent(position, "a commit has offsets for " + offsets + " messages");
    }
    state.topics().reclaim(ranges);
    state.topics().publish(messages, time);
  }

  private void resolved(ResolvedBody body, long position) {
    PreparedBranch branch = decided(body.branch(), position);
    if (body.outcome() == Outcome.COMMITTED) {
      publish(body.ranges(), branch.messages(), body.audit().time(), position);
      state.groups().commit(branch.body().acks(), body.branch());
    }
    state.resolutions().resolved(branch, body);
    state.clock().observe(body.audit().time());
  }

  private void forgotten(ForgottenBody body, long position) {
    if (state.resolutions().forgotten(body).isEmpty()) {
      throw inconsistent(position, "an outcome is forgotten, for branch " + body.branch());
    }
    body.audit().ifPresent(audit -> state.clock().observe(audit.time()));
  }

  private void rollback(RollbackBody body, long position) {
    decided(body.branch(), position);
    state.clock().observe(body.time());
  }

  private PreparedBranch decided(long branch, long position) {
    return state
        .prepared()
        .remove(branch)
        .orElseThrow(() -> inconsistent(position, "an outcome is for branch " + branch));
  }

  private List<MessageRef> take(long branch) {
    List<MessageRef> messages = new ArrayList<>(state.spilled().take(branch));
    List<MessageRef> behindTheCut = open.remove(branch);
    if (behindTheCut != null) {
      messages.addAll(behindTheCut);
    }
    return messages;
  }

  private static UnfitFrameException inconsistent(long position, String what) {
    return new UnfitFrameException(
        position,
        "the frame at position "
            + position
            + " does not fit the frames before it: "
            + what
            + " that are not there. Restore the directory from a backup");
  }
}
