package dev.lockstep.engine.index;

import dev.lockstep.engine.log.FrameRef;
import java.nio.ByteBuffer;

/**
 * Leads from an offset to its message. Entry n of a partition has offset n, and its place in the
 * file is n times {@link #LENGTH}.
 *
 * <pre>
 *    0  8  position of the frame
 *    8  8  offset
 *   16  8  time of the commit, milliseconds since the epoch; never decreases within a partition
 *   24  4  length of the frame
 *   28  4  zero
 * </pre>
 */
record IndexEntry(FrameRef frame, long offset, long time) {
  static final int LENGTH = 32;

  void put(ByteBuffer buffer) {
    buffer.putLong(frame.position()).putLong(offset).putLong(time).putInt(frame.length()).putInt(0);
  }

  static IndexEntry get(ByteBuffer buffer) {
    long position = buffer.getLong();
    long offset = buffer.getLong();
    long time = buffer.getLong();
    int length = buffer.getInt();
    buffer.getInt();
    return new IndexEntry(new FrameRef(position, length), offset, time);
  }
}
