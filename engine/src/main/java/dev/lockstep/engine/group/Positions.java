package dev.lockstep.engine.group;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A member's positions. Guarded by the group's lock. */
final class Positions {
  private final long epoch;
  private final Map<Integer, Long> next = new HashMap<>();
  private long resets;
  private int turn;

  Positions(long epoch) {
    this.epoch = epoch;
  }

  /** The member's number, by which the group knows it. */
  long epoch() {
    return epoch;
  }

  /** Where the next fetch starts; empty: at the acknowledged offset. */
  OptionalLong position(int partition) {
    Long position = next.get(partition);
    return position == null ? OptionalLong.empty() : OptionalLong.of(position);
  }

  void moveTo(int partition, long position) {
    next.put(partition, position);
  }

  void reset() {
    next.clear();
    resets++;
  }

  void reset(int partition) {
    next.remove(partition);
    resets++;
  }

  /** How often positions were set back. */
  long resets() {
    return resets;
  }

  /** The partitions from another one each time, so that none starves behind a busy one. */
  List<Integer> rotated(List<Integer> partitions) {
    List<Integer> rotated = new ArrayList<>(partitions);
    if (!rotated.isEmpty()) {
      turn = (turn + 1) % rotated.size();
      Collections.rotate(rotated, turn);
    }
    return rotated;
  }
}
