package dev.lockstep.engine.index;

import dev.lockstep.engine.log.FrameRef;
import java.util.ArrayList;
import java.util.List;

/**
 * The youngest entries of a partition, in memory: a place for each offset from {@link #start()} to
 * {@link #end()}, in blocks of words, so that an entry costs no object and growing copies nothing.
 * Not thread-safe.
 */
final class Tail {
  /** The position of an entry that was dropped: no frame can be there. */
  static final long DROPPED = 0;

  private static final int BLOCK_ENTRIES = 128;

  private final List<long[]> blocks = new ArrayList<>();
  private long start;
  private int skipped;
  private int size;
  private int drops;

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

  /** Adds the entry of an offset to a batch. */
  void copy(long offset, EntryBatch batch) {
    int slot = slot(offset);
    batch.add(offset, block(slot), at(slot));
  }

  long time(long offset) {
    int slot = slot(offset);
    return IndexEntry.time(block(slot), at(slot));
  }

  /** Whether the entry of an offset was not dropped. */
  boolean has(long offset) {
    int slot = slot(offset);
    return block(slot)[at(slot)] != DROPPED;
  }

  private FrameRef frame(long offset) {
    int slot = slot(offset);
    return IndexEntry.frame(block(slot), at(slot));
  }

  long position(long offset) {
    int slot = slot(offset);
    return block(slot)[at(slot)];
  }

  void drop(long offset) {
    if (has(offset)) {
      setPosition(offset, DROPPED);
      drops++;
    }
  }

  /** How many entries there are from one offset to another. */
  long count(long from, long to) {
    long low = Math.max(from, start);
    long count = Math.max(0, Math.min(to, end()) - low);
    return count - (drops == 0 ? 0 : drops(low, low + count));
  }

  private int drops(long from, long to) {
    int found = 0;
    for (long offset = from; offset < to; offset++) {
      found += has(offset) ? 0 : 1;
    }
    return found;
  }

  /** Adds the bytes of the frames from an offset on. */
  void addTo(LiveBytes live, long from, long segmentSize) {
    long last = DROPPED;
    for (long offset = Math.max(from, start); offset < end(); offset++) {
      FrameRef frame = frame(offset);
      if (frame.position() != DROPPED && frame.position() != last) {
        live.add(frame.position() / segmentSize, frame.length());
        last = frame.position();
      }
    }
  }

  void setPosition(long offset, long position) {
    int slot = slot(offset);
    block(slot)[at(slot)] = position;
  }

  /** Forgets the entries below an offset. */
  void dropTo(long offset) {
    drops -= drops == 0 ? 0 : drops(start, offset);
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
