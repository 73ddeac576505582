package dev.lockstep.engine.client;

import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The offsets that a consumer took, each message with the gap before it. Thread-safe: what was
 * taken in a transaction is given back by the thread that learns of its rollback.
 *
 * <p>In partition order, what is taken of a partition is one range; in key order there may be many.
 */
final class Taken {
  private final Map<Integer, Part> parts = new LinkedHashMap<>(4);

  /** The offsets from one (inclusive) to another (exclusive). */
  private record Range(long from, long to) {
    boolean overlaps(Range other) {
      return from < other.to && other.from < to;
    }
  }

  /** What was taken of a partition by the member of an epoch. */
  private static final class Part {
    private final long epoch;
    private final List<Range> ranges = new ArrayList<>(1);

    private Part(long epoch) {
      this.epoch = epoch;
    }

    private Part copy() {
      Part copy = new Part(epoch);
      copy.ranges.addAll(ranges);
      return copy;
    }

    private void remove(Range gone) {
      List<Range> before = List.copyOf(ranges);
      ranges.clear();
      for (Range range : before) {
        long until = Math.min(range.to, gone.from);
        long again = Math.max(range.from, gone.to);
        if (range.from < until) {
          ranges.add(new Range(range.from, until));
        }
        if (again < range.to) {
          ranges.add(new Range(again, range.to));
        }
      }
    }

    private void add(long from, long to) {
      int last = ranges.size() - 1;
      if (last >= 0 && ranges.get(last).to == from) {
        ranges.set(last, new Range(ranges.get(last).from, to));
      } else {
        ranges.add(new Range(from, to));
      }
    }

    private boolean overlaps(Part other) {
      return ranges.stream().anyMatch(range -> other.ranges.stream().anyMatch(range::overlaps));
    }
  }

  /** What one fetch brought to the member of the given epoch. */
  static Taken of(List<Delivery> deliveries, long epoch) {
    Taken taken = new Taken();
    for (int i = 0; i < deliveries.size(); ) {
      int partition = deliveries.get(i).partition();
      Part part = taken.parts.computeIfAbsent(partition, p -> new Part(epoch));
      while (i < deliveries.size() && deliveries.get(i).partition() == partition) {
        long from = deliveries.get(i).coversFrom();
        long to = deliveries.get(i).offset() + 1;
        for (i++; i < deliveries.size() && follows(deliveries.get(i), partition, to); i++) {
          to = deliveries.get(i).offset() + 1;
        }
        part.add(from, to);
      }
    }
    return taken;
  }

  private static boolean follows(Delivery delivery, int partition, long offset) {
    return delivery.partition() == partition && delivery.coversFrom() == offset;
  }

  synchronized boolean isEmpty() {
    return parts.isEmpty();
  }

  synchronized void clear() {
    parts.clear();
  }

  synchronized void remove(Set<Integer> partitions) {
    parts.keySet().removeAll(partitions);
  }

  /** The epoch of the member that took a message, if it was taken. */
  synchronized Optional<Long> epochOf(int partition, long offset) {
    return Optional.ofNullable(parts.get(partition))
        .filter(part -> part.ranges.stream().anyMatch(r -> r.from <= offset && offset < r.to))
        .map(part -> part.epoch);
  }

  /**
   * Adds what a later fetch brought. A partition that went back, or went to another member and
   * back, can only be acknowledged from where it goes on.
   */
  synchronized void add(Taken later) {
    later.parts.forEach((partition, part) -> parts.merge(partition, part.copy(), Taken::merged));
  }

  /** Takes out what a fetch brought. */
  synchronized void remove(Taken fetched) {
    fetched.parts.forEach(
        (partition, part) -> {
          Part mine = parts.get(partition);
          if (mine != null && mine.epoch == part.epoch) {
            part.ranges.forEach(mine::remove);
            if (mine.ranges.isEmpty()) {
              parts.remove(partition);
            }
          }
        });
  }

  private static Part merged(Part before, Part after) {
    if (before.epoch != after.epoch || before.overlaps(after)) {
      return after;
    }
    after.ranges.forEach(range -> before.add(range.from, range.to));
    return before;
  }

  /** The partitions of which a later fetch has brought again what was taken already. */
  synchronized List<Integer> takenAgainBy(Taken later) {
    List<Integer> again = new ArrayList<>();
    later.parts.forEach(
        (partition, part) -> {
          Part before = parts.get(partition);
          if (before != null && before.overlaps(part)) {
            again.add(partition);
          }
        });
    Collections.sort(again);
    return again;
  }

  synchronized void acknowledge(Branch branch, String group, String topic) {
    parts.forEach(
        (partition, part) -> {
          for (Range range : part.ranges) {
            branch.acknowledge(group, topic, partition, range.from, range.to, part.epoch);
          }
        });
  }

  /** Gives it back: it comes again. */
  synchronized void giveBack(Subscription subscription) {
    parts.forEach(
        (partition, part) -> {
          for (Range range : part.ranges) {
            subscription.giveBack(partition, range.from, range.to);
          }
        });
  }
}
