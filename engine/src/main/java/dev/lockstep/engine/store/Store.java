package dev.lockstep.engine.store;

import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.log.ClosedLog;
import dev.lockstep.engine.log.ClosedLog.Extent;
import dev.lockstep.engine.log.ForcePolicy;
import dev.lockstep.engine.log.KeptSegment;
import dev.lockstep.engine.log.LogEvents;
import dev.lockstep.engine.log.LogIdentity;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.log.SegmentLog.ReplayFrom;
import dev.lockstep.engine.store.Checkpoint.StoredTopic;
import dev.lockstep.engine.tx.PreparedBranch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

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

  /**
   * Derives everything from a log that nobody has open, as an open would. It changes nothing.
   *
   * @throws dev.lockstep.CorruptLogException if an open would throw it
   */
  public Look look(LogIdentity identity, ClosedLog log) throws IOException {
    ReplayFrom from = restore(identity);
    Extent extent = log.replay(from, new Replayer(state));
    state.prepared().fence(state.groups());
    return new Look(from, extent);
  }

  /** What a look found: where the replay began, and where the log ends. */
  public record Look(ReplayFrom from, Extent extent) {}

  /** What the checkpoint of a directory says of itself. */
  public CheckpointInfo checkpoint(LogIdentity identity) throws IOException {
    return CheckpointInfo.of(file, identity.id());
  }

  private ReplayFrom restore(LogIdentity identity) throws IOException {
    state.topics().scanFiles();
    Optional<Checkpoint> found =
        file.read().filter(checkpoint -> checkpoint.logId().equals(identity.id()));
    if (found.isEmpty()) {
      return ReplayFrom.START;
    }
    Checkpoint checkpoint = found.get();
    checkpoint.topics().forEach(topic -> state.topics().restore(topic.body(), topic.partitions()));
    state.topics().lastId(checkpoint.lastTopic());
    if (!state.topics().filesAreComplete()) {
      state.clear();
      LOGGER.log(
          System.Logger.Level.WARNING,
          "LSTP-0311: an index file in {0} is missing or too short; all indexes are rebuilt from"
              + " the log",
          storage.location());
      return new ReplayFrom(0, checkpoint.watermark(), List.of());
    }
    checkpoint.groups().forEach(state.groups()::add);
    checkpoint.prepared().forEach(state.prepared()::add);
    state.clock().observe(checkpoint.latestCommit());
    return checkpoint.from();
  }

  /**
   * Writes a checkpoint of the present state. Appends go on meanwhile; the flusher stops for as
   * long as copying the small state takes.
   *
   * @return the position of its cut
   */
  public long checkpoint(SegmentLog log) throws IOException {
    Cut cut = log.runAtBoundary(position -> cut(log, position)).join();
    List<StoredTopic> topics = new ArrayList<>(cut.topics().size());
    for (CutTopic topic : cut.topics()) {
      topics.add(new StoredTopic(topic.body(), state.topics().store(topic.state(), topic.ends())));
    }
    Checkpoint checkpoint = cut.checkpoint(log.id(), topics);
    file.write(checkpoint);
    state.topics().retainFiles(checkpoint.indexFiles());
    return checkpoint.position();
  }

  private Cut cut(SegmentLog log, long position) {
    return new Cut(
        position,
        log.forced(),
        state.clock().latest(),
        state.topics().lastId(),
        state.topics().all().stream().map(CutTopic::of).toList(),
        state.groups().bodies(),
        state.prepared().all(),
        log.segmentsBefore(position));
  }

  /** The small state at a cut: all but the index entries, which only grow. */
  private record Cut(
      long position,
      long watermark,
      long latestCommit,
      int lastTopic,
      List<CutTopic> topics,
      List<GroupBody> groups,
      List<PreparedBranch> prepared,
      List<KeptSegment> segments) {
    Checkpoint checkpoint(UUID logId, List<StoredTopic> stored) {
      return new Checkpoint(
          logId, position, watermark, latestCommit, lastTopic, stored, groups, prepared, segments);
    }
  }

  private record CutTopic(TopicState state, TopicBody body, long[] ends) {
    static CutTopic of(TopicState state) {
      return new CutTopic(state, state.body(), TopicTable.ends(state));
    }
  }
}
