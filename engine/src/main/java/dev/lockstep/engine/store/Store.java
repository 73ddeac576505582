package dev.lockstep.engine.store;

import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.log.ForcePolicy;
import dev.lockstep.engine.log.LogEvents;
import dev.lockstep.engine.log.LogIdentity;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.log.SegmentLog.ReplayFrom;
import dev.lockstep.engine.store.Checkpoint.StoredTopic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens a log with everything that is derived from it, and writes checkpoints of that. */
public final class Store {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private final Storage storage;
  private final DerivedState state;
  private final CheckpointFile file;

  public Store(Storage storage, DerivedState state) {
    this.storage = storage;
    this.state = state;
    this.file = new CheckpointFile(storage);
  }

  /**
   * Opens the log: the newest checkpoint, then the frames behind it. Where the checkpoint or an
   * index file that it counts on is gone or damaged, everything is derived from the whole log.
   */
  public SegmentLog open(long segmentSize, ForcePolicy policy, LogEvents events)
      throws IOException {
    LogIdentity identity = SegmentLog.identity(storage, segmentSize);
    ReplayFrom from = restore(identity);
    SegmentLog log = SegmentLog.open(storage, identity, from, new Replayer(state), policy, events);
    state.prepared().fence(state.groups());
    state.prepared().all().forEach(branch -> log.reserve(branch.decisionBytes()));
    return log;
  }

  private ReplayFrom restore(LogIdentity identity) throws IOException {
    Optional<Checkpoint> found =
        file.read().filter(checkpoint -> checkpoint.logId().equals(identity.id()));
    if (found.isPresent()) {
      Checkpoint checkpoint = found.get();
      checkpoint.topics().forEach(topic -> state.topics().add(topic.body(), topic.entries()));
      if (state.topics().filesAreComplete()) {
        checkpoint.groups().forEach(state.groups()::add);
        checkpoint.prepared().forEach(state.prepared()::add);
        state.clock().observe(checkpoint.latestCommit());
        return new ReplayFrom(checkpoint.position(), checkpoint.watermark(), checkpoint.segments());
      }
      state.topics().clear();
      LOGGER.log(
          System.Logger.Level.WARNING,
          "LSTP-0311: an index file in {0} is missing or too short; all indexes are rebuilt from"
              + " the log",
          storage.location());
      return new ReplayFrom(0, checkpoint.watermark(), List.of());
    }
    return ReplayFrom.START;
  }

  /**
   * Writes a checkpoint of the present state. Appends go on meanwhile; the flusher stops for as
   * long as copying the small state takes.
   *
   * @return the position of its cut
   */
  public long checkpoint(SegmentLog log) throws IOException {
    Checkpoint checkpoint = log.runAtBoundary(position -> capture(log, position)).join();
    for (StoredTopic stored : checkpoint.topics()) {
      TopicState topic = state.topics().topic(stored.body().topic());
      state.topics().store(topic, stored.entries());
    }
    file.write(checkpoint);
    return checkpoint.position();
  }

  private Checkpoint capture(SegmentLog log, long position) {
    List<StoredTopic> topics = new ArrayList<>();
    for (TopicState topic : state.topics().all()) {
      topics.add(new StoredTopic(topic.body(), TopicTable.ends(topic)));
    }
    return new Checkpoint(
        log.id(),
        position,
        log.forced(),
        state.clock().latest(),
        topics,
        state.groups().bodies(),
        state.prepared().all(),
        log.segmentsBefore(position));
  }
}
