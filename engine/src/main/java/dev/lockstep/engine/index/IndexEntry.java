package dev.lockstep.engine.index;

import dev.lockstep.engine.frame.TextHash;
import dev.lockstep.engine.log.FrameRef;

/**
 * Leads from an offset to its message.
 *
 * <p>In a file and in memory, an entry is four 64-bit words, {@link #LENGTH} bytes:
 *
 * <pre>
 *    0  8  position of the frame
 *    8  4  offset, minus a base that the holder of the entry knows
 *   12  4  length of the frame
 *   16  6  time of the commit, milliseconds since the epoch; never decreases within a partition
 *   22  2  bits 0 to 14: slot in the frame; bit 15: it is a tombstone
 *   24  4  hash of the key, 0: no key
 *   28  4  hash of the idempotency key, 0: none
 * </pre>
 *
 * @param offset the offset
 * @param time the time of the commit, milliseconds since the epoch
 * @param frame where the message stands in the log
 * @param traits what else the index knows of it
 */
public record IndexEntry(long offset, long time, FrameRef frame, Traits traits) {
  static final int LENGTH = 32;
  static final int WORDS = 4;

  private static final int TIME_SHIFT = 16;
  private static final int FLAGS_MASK = (1 << TIME_SHIFT) - 1;
  private static final long LOW = 0xFFFF_FFFFL;

  IndexEntry at(long position) {
    return new IndexEntry(offset, time, new FrameRef(position, frame.length()), traits);
  }

  /** Puts an entry into words, from an index on. */
  static void put(long[] words, int at, int relative, FrameRef frame, long time, Traits traits) {
    words[at] = frame.position();
    words[at + 1] = pair(relative, frame.length());
    words[at + 2] = (time << TIME_SHIFT) | traits.flags();
    words[at + 3] = pair(traits.keyHash(), traits.idempotencyHash());
  }

  /** The inverse of {@link #put}. */
  static IndexEntry get(long[] words, int at, long base) {
    Traits traits =
        Traits.ofFlags(
            (int) (words[at + 2] & FLAGS_MASK),
            (int) (words[at + 3] >>> Integer.SIZE),
            (int) words[at + 3]);
    return new IndexEntry(base + relative(words, at), time(words, at), frame(words, at), traits);
  }

  static FrameRef frame(long[] words, int at) {
    return new FrameRef(position(words, at), length(words, at));
  }

  static long position(long[] words, int at) {
    return words[at];
  }

  static long relative(long[] words, int at) {
    return words[at + 1] >>> Integer.SIZE;
  }

  static long time(long[] words, int at) {
    return words[at + 2] >>> TIME_SHIFT;
  }

  static int length(long[] words, int at) {
    return (int) words[at + 1];
  }

  static boolean isTombstone(long[] words, int at) {
    return (words[at + 2] & Traits.TOMBSTONE) != 0;
  }

  static boolean hasIdempotencyKey(long[] words, int at) {
    return (int) words[at + 3] != TextHash.NONE;
  }

  /** Counts an entry's offset from another base. */
  static void rebase(long[] words, int at, int relative) {
    words[at + 1] = pair(relative, length(words, at));
  }

  private static long pair(int high, int low) {
    return ((long) high << Integer.SIZE) | (low & LOW);
  }
}
