package dev.lockstep.engine.index;

import java.nio.ByteBuffer;

/**
 * How far a partition is compacted: a hint that a crash may set back.
 *
 * <pre>
 *    0  8  up to where
 *    8  8  up to where tombstones wait
 *   16  8  since when
 * </pre>
 *
 * @param to below, there is no older message of a key
 * @param tombstonesTo tombstones below had nothing older of their keys before them any more, ...
 * @param since ... at that time, in milliseconds since the epoch
 */
public record Compacted(long to, long tombstonesTo, long since) {
  /** Nothing is. */
  static final Compacted NOTHING = new Compacted(0, 0, 0);

  static final int LENGTH = 3 * Long.BYTES;

  void put(ByteBuffer buffer) {
    buffer.putLong(to).putLong(tombstonesTo).putLong(since);
  }

  static Compacted get(ByteBuffer buffer) {
    return new Compacted(buffer.getLong(), buffer.getLong(), buffer.getLong());
  }
}
