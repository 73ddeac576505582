package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.Park;
import dev.lockstep.engine.frame.Range;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What an active branch has acknowledged and parked. Guarded by the branch's monitor. */
final class Acknowledgements {
  /** Immutable as long as there is none, as in a branch that only sends. */
  private List<Part> parts = List.of();

  /** As frames have them; empty until they are asked for. */
  private List<Ack> acks = List.of();

  /** One member's view of one partition. */
  record Place(String group, int topic, int partition, long memberEpoch) {}

  /** What was done at a place. */
  private static final class Part {
    private final Place place;
    private final List<Range> ranges = new ArrayList<>(1);
    private List<Park> parks = List.of();

    private Part(Place place) {
      this.place = place;
    }

    private boolean isParked(Range range) {
      for (Park park : parks) {
        if (range.contains(park.offset())) {
          return true;
        }
      }
      return false;
    }
  }

  private Part part(Place place) {
    acks = List.of();
    for (Part part : parts) {
      if (part.place.equals(place)) {
        return part;
      }
    }
    Part part = new Part(place);
    if (parts.isEmpty()) {
      parts = new ArrayList<>(1);
    }
    parts.add(part);
    return part;
  }

  void clear() {
    parts = List.of();
    acks = List.of();
  }

  boolean isEmpty() {
    return parts.isEmpty();
  }

  /**
   * Adds a range.
   *
   * @throws IllegalStateException if some of it was acknowledged or parked before
   */
  void acknowledge(Place place, Range range) {
    Part part = part(place);
    List<Range> ranges = part.ranges;
    int at = ranges.size();
    while (at > 0 && ranges.get(at - 1).from() >= range.from()) {
      at--;
    }
    boolean twice =
        (at > 0 && ranges.get(at - 1).overlaps(range))
            || (at < ranges.size() && ranges.get(at).overlaps(range))
            || part.isParked(range);
    if (twice) {
      throw new IllegalStateException(
          "this transaction has acknowledged or parked some of "
              + range
              + " in partition "
              + place.partition()
              + " for group '"
              + place.group()
              + "' before; acknowledge each message once");
    }
    long from = range.from();
    long to = range.to();
    if (at < ranges.size() && ranges.get(at).from() == to) {
      to = ranges.remove(at).to();
    }
    if (at > 0 && ranges.get(at - 1).to() == from) {
      from = ranges.remove(--at).from();
    }
    ranges.add(at, new Range(from, to));
  }

  /**
   * Parks a message, and takes it out of what is acknowledged.
   *
   * @throws IllegalStateException if it was parked before
   */
  void park(Place place, Park park) {
    Part part = part(place);
    if (part.isParked(new Range(park.offset(), park.offset() + 1))) {
      throw new IllegalStateException(
          "this transaction has parked offset "
              + park.offset()
              + " in partition "
              + place.partition()
              + " for group '"
              + place.group()
              + "' before; park each message once");
    }
    List<Park> parks = new ArrayList<>(part.parks);
    parks.add(park);
    parks.sort(Comparator.comparingLong(Park::offset));
    part.parks = List.copyOf(parks);
    for (int i = 0; i < part.ranges.size(); i++) {
      Range range = part.ranges.get(i);
      if (range.contains(park.offset())) {
        part.ranges.remove(i);
        if (park.offset() + 1 < range.to()) {
          part.ranges.add(i, new Range(park.offset() + 1, range.to()));
        }
        if (range.from() < park.offset()) {
          part.ranges.add(i, new Range(range.from(), park.offset()));
        }
        return;
      }
    }
  }

  /** Has what {@link #acks()} had at a moment, and nothing else. */
  void restore(List<Ack> then) {
    clear();
    for (Ack ack : then) {
      Part part = part(new Place(ack.group(), ack.topic(), ack.partition(), ack.memberEpoch()));
      part.ranges.addAll(ack.ranges());
      part.parks = ack.parks();
    }
    acks = then;
  }

  /** What the branch's frame says; made once. */
  List<Ack> acks() {
    if (acks.size() < parts.size()) {
      List<Ack> made = new ArrayList<>(parts.size());
      for (Part part : parts) {
        Place place = part.place;
        made.add(
            new Ack(
                place.group(),
                place.topic(),
                place.partition(),
                place.memberEpoch(),
                List.copyOf(part.ranges),
                part.parks));
      }
      acks = made;
    }
    return acks;
  }
}
