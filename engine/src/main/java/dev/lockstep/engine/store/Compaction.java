package dev.lockstep.engine.store;

import dev.lockstep.CorruptLogException;
import dev.lockstep.ReadFailedException;
import dev.lockstep.engine.frame.DropBody;
import dev.lockstep.engine.index.PartitionIndex;
import dev.lockstep.engine.index.PartitionReader;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.log.LogUnit;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.log.Urgency;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Removes from compacted topics what newer messages of the same key have superseded. */
final class Compaction {
  private static final int MIN_DIRTY = 1_000;

  /** What has come to a partition is compacted after so long, however little it is. */
  private static final Duration MAX_LAG = Duration.ofHours(1);

  private static final int KEYS_IN_ROUND = 1 << 18;

  private final SegmentLog log;
  private final DerivedState state;
  private final PartitionReader reader;
  private final Clock clock;
  private final Map<PartitionIndex, Boolean> tombstones = new HashMap<>();

  /** Which partitions are worth a pass. */
  enum Demand {
    /**
     * Those of which at least half has come since the last pass, or some of it long ago, or whose
     * tombstones are due.
     */
    WORTHWHILE,
    /** All. */
    ALL
  }

  Compaction(SegmentLog log, DerivedState state, PartitionReader reader, Clock clock) {
    this.log = log;
    this.state = state;
    this.reader = reader;
    this.clock = clock;
  }

  /**
   * Looks at all compacted topics. What is removed is removed durably when this returns.
   *
   * @param problems is told what can't be read; the other topics have their turn nevertheless
   * @return how many messages were removed
   */
  int runOnce(Demand demand, Consumer<Exception> problems) {
    int dropped = 0;
    for (TopicState topic : state.topics().all()) {
      if (topic.config().tombstoneRetention().isPresent()) {
        try {
          dropped += compact(topic, topic.config().tombstoneRetention().get(), demand);
        } catch (CorruptLogException | ReadFailedException | IOException e) {
          problems.accept(e);
        }
      }
    }
    forgetDeleted();
    return dropped;
  }

  private int compact(TopicState topic, Duration tombstoneRetention, Demand demand)
      throws IOException {
    int dropped = 0;
    long now = clock.millis();
    long tombstonesBefore = now - tombstoneRetention.toMillis();
    List<PartitionIndex> partitions = topic.partitions();
    for (int i = 0; i < partitions.size() && !topic.isDeleted(); i++) {
      PartitionIndex index = partitions.get(i);
      long limit = limit(topic, i, index);
      if (demand == Demand.ALL
          || isMuch(index, limit)
          || isOld(index, limit, now - MAX_LAG.toMillis())
          || areTombstonesDue(index, tombstonesBefore)) {
        int partition = i;
        PartitionCompaction pass =
            new PartitionCompaction(
                index,
                new KeyReader(reader, topic, i),
                KEYS_IN_ROUND,
                offsets -> drop(new DropBody(topic.id(), partition, offsets)));
        dropped += pass.run(limit, Math.max(now, state.clock().latest()), tombstonesBefore);
        if (pass.isWhole()) {
          tombstones.put(index, pass.leavesTombstones());
        }
      }
    }
    return dropped;
  }

  /** What a group has still to consume stays, if the topic says so. */
  private long limit(TopicState topic, int partition, PartitionIndex index) {
    long end = index.end();
    return topic.config().isRetainedUntilConsumed()
        ? Math.min(end, state.groups().consumed(topic, partition).orElse(index.first()))
        : end;
  }

  private static boolean isMuch(PartitionIndex index, long limit) throws IOException {
    long dirty = index.count(index.compacted().to(), limit);
    return dirty >= MIN_DIRTY && 2 * dirty >= index.count(index.first(), limit);
  }

  private static boolean isOld(PartitionIndex index, long limit, long before) throws IOException {
    return index.entries(index.compacted().to(), 1).stream()
        .anyMatch(oldest -> oldest.offset() < limit && oldest.time() < before);
  }

  /** Those that came since the last pass are not due before the next one. */
  private boolean areTombstonesDue(PartitionIndex index, long before) {
    return index.compacted().tombstonesTo() > 0
        && index.compacted().since() < before
        && tombstones.getOrDefault(index, index.mayHaveTombstones());
  }

  private boolean drop(DropBody body) {
    AtomicBoolean all = new AtomicBoolean();
    log.append(LogUnit.of(body.encode(), () -> all.set(state.drop(body))), Urgency.RECLAIM).await();
    return all.get();
  }

  private void forgetDeleted() {
    List<PartitionIndex> present =
        state.topics().all().stream().flatMap(topic -> topic.partitions().stream()).toList();
    tombstones.keySet().retainAll(Set.copyOf(present));
  }
}
