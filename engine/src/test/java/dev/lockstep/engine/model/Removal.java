package dev.lockstep.engine.model;

import dev.lockstep.Compression;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.model.Model.TopicModel;
import dev.lockstep.engine.model.PartitionModel.Placed;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which messages of a partition retention and compaction may have removed by now. */
final class Removal {
  private final TopicConfig config;
  private final List<Placed> entries;
  private final long consumed;
  private final long latest;
  private final long removable;

  /**
   * Looks at a partition.
   *
   * @param latest the latest time that the clock has ever shown
   */
  Removal(Model model, String topic, int partition, long latest) {
    TopicModel topicModel = model.topics().get(topic);
    this.config = topicModel.config();
    this.entries = topicModel.partitions().get(partition).entries();
    this.latest = latest;
    this.removable = topicModel.partitions().get(partition).removable();
    this.consumed = consumed(model, topic, partition);
  }

  /** The offset below which every group has consumed everything; 0 if there is no group. */
  private static long consumed(Model model, String topic, int partition) {
    return model.groups().entrySet().stream()
        .filter(group -> group.getKey().topic().equals(topic))
        .map(Map.Entry::getValue)
        .mapToLong(group -> group.committed(partition))
        .min()
        .orElse(0);
  }

  /** The offsets of those that may be gone. */
  Set<Long> possible() {
    Set<Long> gone = new HashSet<>();
    long retained = Math.max(removable, retainedFrom());
    entries.stream().map(Placed::offset).filter(offset -> offset < retained).forEach(gone::add);
    config.tombstoneRetention().ifPresent(age -> addCompacted(gone, age));
    return gone;
  }

  /** The offset below which retention removes everything now. */
  long retainedFrom() {
    boolean limited = config.retainFor().isPresent() || config.retainBytes().isPresent();
    boolean untilConsumed = config.isRetainedUntilConsumed();
    long limit = limited ? Math.max(byTime(), byBytes()) : Long.MAX_VALUE;
    if (untilConsumed) {
      return Math.min(limit, consumed);
    }
    return limited ? limit : 0;
  }

  private long byTime() {
    if (config.retainFor().isEmpty()) {
      return 0;
    }
    long oldest = latest - config.retainFor().get().toMillis();
    return entries.stream()
        .filter(placed -> placed.committedAt() < oldest)
        .mapToLong(placed -> placed.offset() + 1)
        .max()
        .orElse(0);
  }

  private long byBytes() {
    long bytes = 0;
    if (config.retainBytes().isPresent()) {
      for (int i = entries.size() - 1; i >= 0; i--) {
        bytes += entries.get(i).sent().bytes();
        if (bytes > config.retainBytes().getAsLong()) {
          return goneWith(entries.get(i)) + 1;
        }
      }
    }
    return 0;
  }

  /** The last offset that may be gone with a message: a batch goes as a whole. */
  private long goneWith(Placed first) {
    return config.compression() == Compression.NONE
        ? first.offset()
        : entries.stream()
            .filter(placed -> placed.unit() == first.unit())
            .mapToLong(Placed::offset)
            .max()
            .orElseThrow();
  }

  /** All but the newest of each key, and old tombstones; the last message stays. */
  private void addCompacted(Set<Long> gone, Duration tombstones) {
    Set<String> newer = new HashSet<>();
    for (int i = entries.size() - 1; i >= 0; i--) {
      Placed placed = entries.get(i);
      boolean isOld = placed.committedAt() < latest - tombstones.toMillis();
      boolean superseded = placed.sent().key().filter(key -> !newer.add(key)).isPresent();
      if (superseded || (placed.sent().isTombstone() && isOld && i < entries.size() - 1)) {
        gone.add(placed.offset());
      }
    }
  }
}
