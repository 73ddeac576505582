package dev.lockstep.engine.client;

import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Subscription.Delivery;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Ranges of offsets that a consumer took, one for each partition. The log leaves no gap at the
 * start of what it delivers, so a range starts at the first message. Not thread-safe.
 */
final class Taken {
  private final Map<Integer, Range> ranges = new HashMap<>();

  /** What one fetch brought to the member of the given epoch. */
  static Taken of(List<Delivery> deliveries, long epoch) {
    Taken taken = new Taken();
    for (Delivery delivery : deliveries) {
      long offset = delivery.offset();
      taken.ranges.merge(
          delivery.partition(), new Range(offset, offset + 1, epoch), Range::followedBy);
    }
    return taken;
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  void clear() {
    ranges.clear();
  }

  /**
   * Adds what a later fetch brought. A partition that went back, or went to another member and
   * back, can only be acknowledged from where it goes on.
   */
  void add(Taken later) {
    later.ranges.forEach(
        (partition, range) -> ranges.merge(partition, range, Range::followedByOrReplaced));
  }

  /** The partitions of which a later fetch has brought again what was taken already. */
  List<Integer> takenAgainBy(Taken later) {
    return ranges.entrySet().stream()
        .filter(entry -> later.startsBefore(entry.getValue().to(), entry.getKey()))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  private boolean startsBefore(long offset, int partition) {
    return ranges.containsKey(partition) && ranges.get(partition).from() < offset;
  }

  void acknowledge(Branch branch, String group, String topic) {
    ranges.forEach(
        (partition, range) ->
            branch.acknowledge(group, topic, partition, range.from(), range.to(), range.epoch()));
  }

  /** The offsets from one (inclusive) to another (exclusive). */
  private record Range(long from, long to, long epoch) {
    Range followedBy(Range after) {
      return new Range(from, after.to, epoch);
    }

    Range followedByOrReplaced(Range after) {
      return after.from >= to && after.epoch == epoch ? followedBy(after) : after;
    }
  }
}
