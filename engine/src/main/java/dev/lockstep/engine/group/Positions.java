package dev.lockstep.engine.group;

import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A member's partitions, and where it is in them. Guarded by the group's lock. */
final class Positions {
  private static final long UNSET = -1;

  private final long epoch;
  private int[] owned = {};
  private long[] next = {};
  private long[] covered = {};
  private long[] assigned = {};
  private final BitSet paused = new BitSet();
  private long resets;
  private int turn;

  Positions(long epoch) {
    this.epoch = epoch;
  }

  /** The member's number, by which the group knows it. */
  long epoch() {
    return epoch;
  }

  /**
   * Gives it its partitions. Those that it had before keep their positions.
   *
   * @param partitions ascending
   * @param count how many partitions there are
   * @param number the number of this assignment
   */
  void assign(int[] partitions, int count, long number) {
    grow(count);
    BitSet before = new BitSet();
    Arrays.stream(owned).forEach(before::set);
    BitSet after = new BitSet();
    Arrays.stream(partitions).forEach(after::set);
    owned = partitions;
    BitSet changed = (BitSet) before.clone();
    changed.xor(after);
    changed.stream()
        .forEach(
            partition -> {
              assigned[partition] = number;
              paused.clear(partition);
              reset(partition);
            });
  }

  private void grow(int count) {
    int before = next.length;
    if (count > before) {
      next = Arrays.copyOf(next, count);
      covered = Arrays.copyOf(covered, count);
      assigned = Arrays.copyOf(assigned, count);
      Arrays.fill(next, before, count, UNSET);
      Arrays.fill(covered, before, count, UNSET);
    }
  }

  int load() {
    return owned.length;
  }

  boolean owns(int partition) {
    return Arrays.binarySearch(owned, partition) >= 0;
  }

  /** Its partitions, each with the number of its assignment. */
  Map<Integer, Long> assignments() {
    Map<Integer, Long> assignments = new LinkedHashMap<>();
    for (int partition : owned) {
      assignments.put(partition, assigned[partition]);
    }
    return assignments;
  }

  /** Its partitions, ascending. */
  int[] owned() {
    return owned;
  }

  /** Its partitions, beginning with another one each time: none starves behind a busy one. */
  int[] turn() {
    if (owned.length < 2) {
      return owned;
    }
    turn = (turn + 1) % owned.length;
    int[] turned = new int[owned.length];
    System.arraycopy(owned, turn, turned, 0, owned.length - turn);
    System.arraycopy(owned, 0, turned, owned.length - turn, turn);
    return turned;
  }

  /** Where the next fetch starts: not below the acknowledged offset. */
  long next(int partition, long committed) {
    return Math.max(next[partition], committed);
  }

  /** Where the cover of the next message starts: behind the last one that was delivered. */
  long covered(int partition, long committed) {
    return Math.max(covered[partition], committed);
  }

  void moveTo(int partition, long nextOffset, long coveredTo) {
    next[partition] = nextOffset;
    covered[partition] = coveredTo;
  }

  /** Goes on at an offset again, if it is beyond it. */
  void goBack(int partition, long offset) {
    if (next[partition] > offset) {
      next[partition] = offset;
      covered[partition] = offset;
    }
    resets++; // a fetch under way may be about to move it
  }

  void reset() {
    Arrays.fill(next, UNSET);
    Arrays.fill(covered, UNSET);
    resets++;
  }

  void reset(int partition) {
    next[partition] = UNSET;
    covered[partition] = UNSET;
    resets++;
  }

  /** How often positions were set back. */
  long resets() {
    return resets;
  }

  void pause(Set<Integer> partitions) {
    partitions.forEach(paused::set);
  }

  void resume(Set<Integer> partitions) {
    partitions.forEach(paused::clear);
  }

  boolean isPaused(int partition) {
    return paused.get(partition);
  }

  Set<Integer> paused() {
    Set<Integer> all = new TreeSet<>();
    paused.stream().forEach(all::add);
    return all;
  }
}
