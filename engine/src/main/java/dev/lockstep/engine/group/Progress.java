package dev.lockstep.engine.group;

import dev.lockstep.engine.frame.GroupBody.Place;
import dev.lockstep.engine.frame.Park;
import dev.lockstep.engine.frame.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a group has consumed of a partition, and what it has parked: all of its durable state. It
 * changes in log order only, by the same calls when the log is written and when it is replayed.
 * Guarded by the group's lock.
 */
final class Progress {
  private long committed;
  private final TreeMap<Long, Long> above = new TreeMap<>();
  private final TreeMap<Long, Park> parks = new TreeMap<>();

  Progress(Place place) {
    committed = place.committed();
    place.ranges().forEach(range -> above.put(range.from(), range.to()));
    place.parks().forEach(park -> parks.put(park.offset(), park));
  }

  Place place() {
    return new Place(committed, ranges(), List.copyOf(parks.values()));
  }

  private List<Range> ranges() {
    List<Range> ranges = new ArrayList<>(above.size());
    above.forEach((from, to) -> ranges.add(new Range(from, to)));
    return List.copyOf(ranges);
  }

  /** Everything below it is consumed. */
  long committed() {
    return committed;
  }

  /** How many messages are parked. */
  int parked() {
    return parks.size();
  }

  Optional<Park> park(long offset) {
    return parks.isEmpty() ? Optional.empty() : Optional.ofNullable(parks.get(offset));
  }

  /** These offsets are consumed; some of them may have been before. */
  void acknowledge(Range range) {
    if (!parks.isEmpty()) {
      parks.subMap(range.from(), range.to()).clear();
    }
    if (above.isEmpty() && range.from() <= committed) {
      committed = Math.max(committed, range.to());
    } else {
      merge(range);
    }
  }

  private void merge(Range range) {
    long from = range.from();
    long to = range.to();
    Map.Entry<Long, Long> before = above.floorEntry(from);
    if (before != null && before.getValue() >= from) {
      from = before.getKey();
    }
    Map<Long, Long> met = above.subMap(from, true, to, true);
    for (long end : met.values()) {
      to = Math.max(to, end);
    }
    met.clear();
    above.put(from, to);
    Map.Entry<Long, Long> first = above.firstEntry();
    if (first.getKey() <= committed) {
      committed = Math.max(committed, first.getValue());
      above.pollFirstEntry();
    }
  }

  /** A message is parked, perhaps once more. */
  void park(Park park) {
    parks.put(park.offset(), park);
  }

  /** A message is gone, parked or not; says whether it was. */
  boolean unpark(long offset) {
    return parks.remove(offset) != null;
  }

  /** All messages below an offset are gone. */
  void unparkBelow(long first) {
    parks.headMap(first).clear();
  }

  /** Everything below an offset is consumed, everything from it on is not, nothing is parked. */
  void moveTo(long offset) {
    committed = offset;
    above.clear();
    parks.clear();
  }

  boolean isAcknowledged(long offset) {
    return skip(offset) > offset;
  }

  /** The first offset from this one on that is not consumed. */
  long skip(long from) {
    long next = Math.max(from, committed);
    if (!above.isEmpty()) {
      Map.Entry<Long, Long> before = above.floorEntry(next);
      if (before != null && before.getValue() > next) {
        return before.getValue();
      }
    }
    return next;
  }

  /** Where to stop that goes in order from an offset: the next consumed or parked one, at most. */
  long stop(long from, long limit) {
    long stop = limit;
    Long range = above.isEmpty() ? null : above.higherKey(from);
    if (range != null) {
      stop = Math.min(stop, range);
    }
    Long park = parks.isEmpty() ? null : parks.higherKey(from);
    return park == null ? stop : Math.min(stop, park);
  }

  /** What is not consumed from one offset to another. */
  List<Range> open(long from, long to) {
    List<Range> open = new ArrayList<>();
    long at = skip(from);
    while (at < to) {
      Long next = above.higherKey(at);
      long end = next == null ? to : Math.min(next, to);
      open.add(new Range(at, end));
      at = skip(end);
    }
    return open;
  }

  /** The end of all that is consumed; below, there may be some that is not. */
  long reach() {
    return above.isEmpty() ? committed : above.lastEntry().getValue();
  }
}
