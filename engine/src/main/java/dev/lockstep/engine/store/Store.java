package dev.lockstep.engine.store;

import dev.lockstep.engine.frame.AuditBody;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.RecordBody;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.index.LiveBytes;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.PartitionIndex;
import dev.lockstep.engine.index.PartitionManifest;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.log.ClosedLog;
import dev.lockstep.engine.log.ClosedLog.Extent;
import dev.lockstep.engine.log.ForcePolicy;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.engine.log.KeptSegment;
import dev.lockstep.engine.log.LogEvents;
import dev.lockstep.engine.log.LogIdentity;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.log.SegmentLog.ReplayFrom;
import dev.lockstep.engine.store.Checkpoint.StoredTopic;
import dev.lockstep.engine.store.Evacuator.Live;
import dev.lockstep.engine.tx.HeuristicBranch;
import dev.lockstep.engine.tx.PreparedBranch;
import dev.lockstep.engine.tx.SpilledBranches;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Opens a log with everything that is derived from it, and writes checkpoints of that. */
public final class Store {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private static final int MAX_DEAD_SEGMENTS = 64;

  private final Storage storage;
  private final DerivedState state;
  private final CheckpointFile file;
  private volatile Optional<Written> written = Optional.empty();

  /** The index files that the durable checkpoint names. */
  private Set<String> namedFiles = Set.of();

  /**
   * A checkpoint that is durable.
   *
   * @param count how many were written since the open
   * @param position its cut
   * @param atNanos when it was written, by {@link System#nanoTime()}
   * @param took how long that took
   */
  public record Written(long count, long position, long atNanos, Duration took) {}

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
    state.spilled().clear(); // who was active is gone
    state.records().replayed();
    log.reserve(state.records().reservedBytes());
    state.prepared().fence(state.groups());
    state.prepared().all().forEach(branch -> log.reserve(branch.decisionBytes()));
    state.resolutions().heuristics().forEach(branch -> log.reserve(HeuristicBranch.FORGET_BYTES));
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

  /** The newest checkpoint since the open. */
  public Optional<Written> written() {
    return written;
  }

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
    namedFiles = checkpoint.indexFiles().keySet();
    checkpoint.topics().forEach(topic -> state.topics().restore(topic.body(), topic.partitions()));
    state.topics().lastId(checkpoint.lastTopic());
    Optional<String> incomplete = state.topics().incompleteFile();
    if (incomplete.isPresent()) {
      state.clear();
      LOGGER.log(
          System.Logger.Level.WARNING,
          "LSTP-0311: index file ''{0}'' in {1} is missing or too short; all indexes are rebuilt"
              + " from the log",
          incomplete.get(),
          storage.location());
      return ReplayFrom.everything(checkpoint.watermark(), incomplete.get());
    }
    checkpoint.groups().forEach(state.groups()::add);
    checkpoint.prepared().forEach(state.prepared()::add);
    checkpoint.heuristics().forEach(state.resolutions()::add);
    checkpoint.audit().forEach(state.resolutions()::add);
    checkpoint.spilled().forEach(branch -> state.spilled().add(branch.branch(), branch.messages()));
    checkpoint.records().forEach(state.records()::put);
    state.clock().observe(checkpoint.latestCommit());
    return checkpoint.from();
  }

  /**
   * Writes a checkpoint of the present state. Appends go on meanwhile; the flusher stops for as
   * long as copying the small state takes.
   *
   * <p>Once it is durable, the segments that it does not count on are given free.
   *
   * @return what it counts on
   */
  Live checkpoint(SegmentLog log) throws IOException {
    long started = System.nanoTime();
    Cut cut = log.runAtBoundary(position -> cut(log, position)).join();
    log.forceTo(cut.position());
    List<PartitionIndex.Written> indexes = new ArrayList<>();
    Prepared prepared = prepare(log, cut, indexes);
    file.publish();
    indexes.forEach(PartitionIndex.Written::use);
    namedFiles = prepared.checkpoint().indexFiles().keySet();
    state.topics().retainFiles(namedFiles);
    log.release(prepared.released());
    long ended = System.nanoTime();
    long count = written.map(Written::count).orElse(0L) + 1;
    written =
        Optional.of(new Written(count, cut.position(), ended, Duration.ofNanos(ended - started)));
    return new Live(
        prepared.checkpoint().segments(),
        prepared.live(),
        cut.spilledSegments(log.segmentSize()),
        prepared.released().size());
  }

  /** A checkpoint that only wants its name. */
  private record Prepared(Checkpoint checkpoint, LiveBytes live, List<KeptSegment> released) {}

  /** Writes all that a checkpoint needs; if that can't be done, its room is given back at once. */
  private Prepared prepare(SegmentLog log, Cut cut, List<PartitionIndex.Written> indexes)
      throws IOException {
    try {
      return write(log, cut, indexes);
    } catch (IOException | RuntimeException | Error e) {
      discard(e);
      throw e;
    }
  }

  private void discard(Throwable reason) {
    try {
      file.discard();
      state.topics().retainFiles(namedFiles);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private Prepared write(SegmentLog log, Cut cut, List<PartitionIndex.Written> indexes)
      throws IOException {
    List<StoredTopic> topics = new ArrayList<>(cut.topics().size());
    for (CutTopic topic : cut.topics()) {
      List<PartitionIndex.Written> parts = state.topics().write(topic.state(), topic.ends());
      indexes.addAll(parts);
      topics.add(
          new StoredTopic(
              topic.body(), parts.stream().map(PartitionIndex.Written::manifest).toList()));
    }
    LiveBytes live = cut.live(topics, log.segmentSize());
    List<KeptSegment> dead =
        cut.segments().stream().filter(segment -> live.of(segment.number()) == 0).toList();
    List<KeptSegment> released = isWorthReleasing(dead, log) ? dead : List.of();
    List<KeptSegment> kept = new ArrayList<>(cut.segments());
    kept.removeAll(released);
    Checkpoint checkpoint = cut.checkpoint(log.id(), topics, kept);
    file.prepare(checkpoint);
    return new Prepared(checkpoint, live, released);
  }

  /**
   * Whether it gives enough room back. As long as nothing was released, a lost checkpoint or index
   * can be derived from the log again: that is not given up for the remains of a few short lives.
   */
  private static boolean isWorthReleasing(List<KeptSegment> dead, SegmentLog log) {
    long bytes =
        dead.stream()
            .mapToLong(segment -> segment.end() - segment.number() * log.segmentSize())
            .sum();
    return bytes >= log.segmentSize() || dead.size() > MAX_DEAD_SEGMENTS || log.isOutOfSpace();
  }

  private Cut cut(SegmentLog log, long position) {
    return new Cut(
        position,
        state.clock().latest(),
        state.topics().lastId(),
        state.topics().all().stream().map(CutTopic::of).toList(),
        state.groups().bodies(),
        state.prepared().all(),
        state.resolutions().heuristics(),
        state.resolutions().audit(),
        state.spilled().snapshot(),
        state.records().all(),
        log.segmentsBefore(position));
  }

  /** The small state at a cut: all but the index entries, which only grow. */
  private record Cut(
      long position,
      long latestCommit,
      int lastTopic,
      List<CutTopic> topics,
      List<GroupBody> groups,
      List<PreparedBranch> prepared,
      List<HeuristicBranch> heuristics,
      List<AuditBody> audit,
      SpilledBranches.Snapshot spilled,
      List<RecordBody> records,
      List<KeptSegment> segments) {
    Checkpoint checkpoint(UUID logId, List<StoredTopic> stored, List<KeptSegment> kept) {
      return new Checkpoint(
          logId,
          position,
          position, // everything before it is forced
          latestCommit,
          lastTopic,
          stored,
          groups,
          prepared,
          heuristics,
          audit,
          spilled.branches(),
          kept,
          records);
    }

    /** How much is alive in each segment: what partitions and undecided branches refer to. */
    LiveBytes live(List<StoredTopic> stored, long segmentSize) {
      LiveBytes live = new LiveBytes();
      for (StoredTopic topic : stored) {
        for (PartitionManifest partition : topic.partitions()) {
          partition.chunks().forEach(chunk -> live.addAll(chunk.live()));
        }
      }
      prepared.forEach(branch -> add(live, branch.messages(), segmentSize));
      spilled.branches().forEach(branch -> add(live, branch.messages(), segmentSize));
      return live;
    }

    private static void add(LiveBytes live, List<MessageRef> messages, long segmentSize) {
      long last = -1;
      for (MessageRef message : messages) {
        FrameRef frame = message.frame();
        if (frame.position() != last) { // the messages of a batch stand beside each other
          last = frame.position();
          live.add(frame.position() / segmentSize, frame.length());
        }
      }
    }

    Set<Long> spilledSegments(long segmentSize) {
      return spilled.branches().stream()
          .flatMap(branch -> branch.messages().stream())
          .map(message -> message.frame().position() / segmentSize)
          .collect(Collectors.toSet());
    }
  }

  private record CutTopic(TopicState state, TopicBody body, long[] ends) {
    static CutTopic of(TopicState state) {
      return new CutTopic(state, state.body(), TopicTable.ends(state));
    }
  }
}
