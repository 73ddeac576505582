package dev.lockstep.engine.frame;

import java.nio.ByteBuffer;

/**
 * A message that is parked.
 *
 * @param offset its offset
 * @param until when it comes again, milliseconds since the epoch
 * @param attempt the attempt that failed, from 1
 */
public record Park(long offset, long until, int attempt) {
  static final int LENGTH = 2 * Long.BYTES + Integer.BYTES;

  /** The offset alone. */
  public Range range() {
    return new Range(offset, offset + 1);
  }

  void put(ByteBuffer buffer) {
    buffer.putLong(offset).putLong(until).putInt(attempt);
  }

  static Park get(ByteBuffer buffer) {
    return new Park(buffer.getLong(), buffer.getLong(), buffer.getInt());
  }
}
