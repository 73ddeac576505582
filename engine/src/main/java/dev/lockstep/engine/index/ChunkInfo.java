package dev.lockstep.engine.index;

import java.nio.ByteBuffer;

/**
 * What a checkpoint says of a chunk: which file it is, how many of its entries count, and what
 * would be expensive to find out again.
 *
 * <pre>
 *    0  8  base: the offset from which its entries count theirs
 *    8  4  generation
 *   12  4  how many entries at the front are trimmed
 *   16  4  how many entries there are, those included
 *   20  8  offset of the last entry
 *   28  8  time of the first entry that is not trimmed
 *   36  8  time of the last entry
 *   44  4  flags: bit 0, there are tombstones; bit 1, there are idempotency keys
 *   48  4  checksum of the last page, if it is not full; else 0
 *   52     live bytes
 * </pre>
 */
public record ChunkInfo(
    long base,
    int generation,
    int trimmed,
    int count,
    long last,
    long firstTime,
    long lastTime,
    int flags,
    int pageCrc,
    LiveBytes live) {
  static final int TOMBSTONES = 1;
  static final int IDEMPOTENCY_KEYS = 2;

  /** The bytes that each has at the least. */
  static final int FIXED = 52;

  /** A file without entries. */
  static ChunkInfo empty(long base, int generation) {
    return new ChunkInfo(base, generation, 0, 0, base - 1, 0, 0, 0, 0, new LiveBytes());
  }

  /** The same with more entries trimmed. */
  ChunkInfo trimmedTo(int newTrimmed, long newFirstTime, LiveBytes newLive) {
    return new ChunkInfo(
        base, generation, newTrimmed, count, last, newFirstTime, lastTime, flags, pageCrc, newLive);
  }

  /** How many entries are not trimmed. */
  int size() {
    return count - trimmed;
  }

  /** Whether there is an entry for every offset. */
  boolean isDense() {
    return last - base + 1 == count;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  int encodedLength() {
    return FIXED + live.encodedLength();
  }

  void put(ByteBuffer buffer) {
    buffer.putLong(base).putInt(generation).putInt(trimmed).putInt(count).putLong(last);
    buffer.putLong(firstTime).putLong(lastTime).putInt(flags).putInt(pageCrc);
    live.put(buffer);
  }

  static ChunkInfo get(ByteBuffer buffer) {
    return new ChunkInfo(
        buffer.getLong(),
        buffer.getInt(),
        buffer.getInt(),
        buffer.getInt(),
        buffer.getLong(),
        buffer.getLong(),
        buffer.getLong(),
        buffer.getInt(),
        buffer.getInt(),
        LiveBytes.get(buffer));
  }
}
