package dev.lockstep.engine.index;

import java.util.Arrays;

/** A map from numbers that are not negative to others, without objects. Not thread-safe. */
public final class NumberMap {
  /** What {@link #get} gives for a key that was never put. */
  public static final long ABSENT = -1;

  private static final long FREE = -1;
  private static final int SMALLEST = 16;
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private long[] offsets = new long[0];
  private long[] positions = new long[0];
  private int size;

  /** How many keys it has. */
  public int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Puts a value in the place of what the key had. */
  public void put(long offset, long position) {
    if (2 * (size + 1) > offsets.length) {
      grow();
    }
    int slot = slot(offset);
    if (offsets[slot] == FREE) {
      offsets[slot] = offset;
      size++;
    }
    positions[slot] = position;
  }

  /** The value of a key, or {@link #ABSENT}. */
  public long get(long offset) {
    if (size == 0) {
      return ABSENT;
    }
    int slot = slot(offset);
    return offsets[slot] == FREE ? ABSENT : positions[slot];
  }

  /** How many offsets, from one inclusive to another exclusive, have a position. */
  int count(long from, long to, long position) {
    int count = 0;
    for (int i = 0; i < offsets.length; i++) {
      if (offsets[i] >= from && offsets[i] < to && positions[i] == position) {
        count++;
      }
    }
    return count;
  }

  private int slot(long offset) {
    int mask = offsets.length - 1;
    int slot = (int) ((offset * SPREAD) >>> Integer.SIZE) & mask;
    while (offsets[slot] != offset && offsets[slot] != FREE) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldOffsets = offsets;
    long[] oldPositions = positions;
    offsets = new long[Math.max(SMALLEST, 2 * oldOffsets.length)];
    positions = new long[offsets.length];
    Arrays.fill(offsets, FREE);
    for (int i = 0; i < oldOffsets.length; i++) {
      if (oldOffsets[i] != FREE) {
        int slot = slot(oldOffsets[i]);
        offsets[slot] = oldOffsets[i];
        positions[slot] = oldPositions[i];
      }
    }
  }
}
