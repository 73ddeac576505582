package dev.lockstep.engine.dedup;

/**
 * A map from 32-bit hashes to places of messages, more than one for a hash perhaps; 16 bytes a
 * slot, of which at most half are in use. Not thread-safe.
 */
final class HashedOffsets {
  private static final int WORDS = 2;
  private static final int SMALLEST = 16;

  /** For each slot the hash (upper half; 0: free) and the partition, then the offset. */
  private final long[] slots;

  private final int mask;
  private int size;

  /** Takes places. */
  @FunctionalInterface
  interface Places {
    /** Takes a place; says whether to go on to the next. */
    boolean take(int hash, int partition, long offset);
  }

  /** A map for at least so many places. */
  HashedOffsets(int places) {
    int capacity = Math.max(SMALLEST, Integer.highestOneBit(Math.max(1, places)) << 2);
    this.slots = new long[capacity * WORDS];
    this.mask = capacity - 1;
  }

  int size() {
    return size;
  }

  boolean isFull() {
    return size > mask / 2;
  }

  /** Adds a place; the hash is not 0, and the map not full. */
  void add(int hash, int partition, long offset) {
    int slot = start(hash);
    while (slots[slot * WORDS] != 0) {
      slot = (slot + 1) & mask;
    }
    slots[slot * WORDS] = ((long) hash << Integer.SIZE) | partition;
    slots[slot * WORDS + 1] = offset;
    size++;
  }

  /** Shows the places of a hash, in the order in which they were added. */
  void find(int hash, Places places) {
    for (int slot = start(hash); slots[slot * WORDS] != 0; slot = (slot + 1) & mask) {
      if (hash(slot) == hash && !show(slot, places)) {
        return;
      }
    }
  }

  /** Shows all places. */
  void forEach(Places places) {
    for (int slot = 0; slot <= mask; slot++) {
      if (slots[slot * WORDS] != 0 && !show(slot, places)) {
        return;
      }
    }
  }

  private boolean show(int slot, Places places) {
    return places.take(hash(slot), (int) slots[slot * WORDS], slots[slot * WORDS + 1]);
  }

  private int hash(int slot) {
    return (int) (slots[slot * WORDS] >>> Integer.SIZE);
  }

  /** Neighbouring checksums are spread; they are used in their upper bits too. */
  private int start(int hash) {
    int mixed = hash * 0x9E3779B9;
    return (mixed ^ (mixed >>> 16)) & mask;
  }
}
