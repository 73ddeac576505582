package dev.lockstep.engine.group;

import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.Park;
import dev.lockstep.engine.frame.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The offsets of a partition that undecided branches hold. Guarded by the group's lock. */
final class Holds {
  private static final Range EVERYTHING = new Range(0, Long.MAX_VALUE);

  private final List<Hold> holds = new ArrayList<>(1);

  private record Hold(Range range, Fence fence) {}

  boolean isEmpty() {
    return holds.isEmpty();
  }

  void hold(Ack ack, Fence fence) {
    for (Range range : ack.ranges()) {
      holds.add(new Hold(range, fence));
    }
    for (Park park : ack.parks()) {
      holds.add(new Hold(park.range(), fence));
    }
  }

  /** Holds all offsets. */
  void holdAll(Fence fence) {
    holds.add(new Hold(EVERYTHING, fence));
  }

  void release(long branch) {
    holds.removeIf(hold -> hold.fence().branch() == branch);
  }

  /** A holder of anything. */
  Optional<Fence> any() {
    return holds.isEmpty() ? Optional.empty() : Optional.of(holds.get(0).fence());
  }

  List<Fence> all() {
    return holds.stream().map(Hold::fence).distinct().toList();
  }

  /**
   * What a branch holds around an offset. A move does not count: it may fail, and if it does not,
   * what is lent meanwhile is void.
   */
  Optional<Range> heldByBranch(long offset) {
    for (Hold hold : holds) {
      if (!hold.fence().equals(Fence.MOVE) && hold.range().contains(offset)) {
        return Optional.of(hold.range());
      }
    }
    return Optional.empty();
  }

  /** The parts of a range that nobody holds. */
  List<Range> unheld(Range range) {
    List<Range> parts = List.of(range);
    for (Hold hold : holds) {
      parts = parts.stream().flatMap(part -> part.without(hold.range())).toList();
    }
    return parts;
  }

  /** A holder of some of the offsets. */
  Optional<Fence> holder(Range range) {
    for (Hold hold : holds) {
      if (hold.range().overlaps(range)) {
        return Optional.of(hold.fence());
      }
    }
    return Optional.empty();
  }

  /** The end of what is held below an offset, or the start if that is higher. */
  long endBelow(long offset, long start) {
    long end = start;
    for (Hold hold : holds) {
      if (hold.range().to() <= offset) {
        end = Math.max(end, hold.range().to());
      }
    }
    return end;
  }
}
