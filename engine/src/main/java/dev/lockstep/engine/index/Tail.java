package dev.lockstep.engine.index;

import dev.lockstep.engine.log.FrameRef;
import java.util.ArrayList;
import java.util.List;

/**
 * The youngest entries of a partition, in memory: one for each offset from {@link #start()} to
 * {@link #end()}, in blocks of words, so that an entry costs no object and growing copies nothing.
 * Not thread-safe.
 */
final class Tail {
  private static final int BLOCK_ENTRIES = 128;

  private final List<long[]> blocks = new ArrayList<>();
  private long start;
  private int skipped;
  private int size;

  Tail(long start) {
    this.start = start;
  }

  long start() {
    return start;
  }

  long end() {
    return start + size;
  }

  void add(FrameRef frame, long time, Traits traits) {
    int slot = skipped + size;
    if (slot == blocks.size() * BLOCK_ENTRIES) {
      blocks.add(new long[BLOCK_ENTRIES * IndexEntry.WORDS]);
    }
    IndexEntry.put(block(slot), at(slot), 0, frame, time, traits);
    size++;
  }

  IndexEntry entry(long offset) {
    int slot = slot(offset);
    return IndexEntry.get(block(slot), at(slot), offset);
  }

  long time(long offset) {
    int slot = slot(offset);
    return IndexEntry.time(block(slot), at(slot));
  }

  /** Copies an entry's words, as relative to a base. */
  void copy(long offset, long base, long[] target, int to) {
    int slot = slot(offset);
    System.arraycopy(block(slot), at(slot), target, to, IndexEntry.WORDS);
    target[to + 1] |= (offset - base) << Integer.SIZE;
  }

  /** Forgets the entries below an offset. */
  void dropTo(long offset) {
    int count = (int) (offset - start);
    blocks.subList(0, (skipped + count) / BLOCK_ENTRIES).clear();
    skipped = (skipped + count) % BLOCK_ENTRIES;
    size -= count;
    start = offset;
  }

  private int slot(long offset) {
    return skipped + (int) (offset - start);
  }

  private long[] block(int slot) {
    return blocks.get(slot / BLOCK_ENTRIES);
  }

  private static int at(int slot) {
    return slot % BLOCK_ENTRIES * IndexEntry.WORDS;
  }
}
