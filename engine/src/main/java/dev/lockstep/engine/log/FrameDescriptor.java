package dev.lockstep.engine.log;

import java.nio.ByteBuffer;

/**
 * The layout of a frame. All numbers are big-endian; a frame starts at a multiple of 8.
 *
 * <pre>
 *   0                   4                   8
 *   +-------------------+-------------------+
 *   |       CRC32C      |   body length     |
 *   +----+--------------+-------------------+
 *   |type|   zero (3)   |   incarnation     |
 *   +----+--------------+-------------------+
 *   |               position                |
 *   +---------------------------------------+
 *   |  body ...            zero to 8 bytes  |
 * </pre>
 *
 * <p>The checksum is taken over the log's secret, the header behind the checksum, and the CRC32C of
 * the body with its padding. So the body's part, which is the long one, is computed before the
 * position is known, and neither a frame of another place or life, nor a payload that imitates a
 * frame, can pass.
 */
final class FrameDescriptor {
  static final int ALIGNMENT = 8;
  static final int CRC_OFFSET = 0;
  static final int LENGTH_OFFSET = 4;
  static final int TYPE_OFFSET = 8;
  static final int INCARNATION_OFFSET = 12;
  static final int POSITION_OFFSET = 16;
  static final int HEADER_LENGTH = 24;

  /** A frame that holds one number, the watermark: less room ends a segment without a word. */
  static final int SMALLEST_GROUP = HEADER_LENGTH + Long.BYTES;

  private FrameDescriptor() {}

  /** The room that a frame takes, header and padding included. */
  static int frameLength(int bodyLength) {
    return HEADER_LENGTH + paddedLength(bodyLength);
  }

  /** The room that a body takes with its padding. */
  static int paddedLength(int bodyLength) {
    return (bodyLength + ALIGNMENT - 1) & -ALIGNMENT;
  }

  static int bodyLength(ByteBuffer buffer, int at) {
    return buffer.getInt(at + LENGTH_OFFSET);
  }

  static byte type(ByteBuffer buffer, int at) {
    return buffer.get(at + TYPE_OFFSET);
  }

  static long position(ByteBuffer buffer, int at) {
    return buffer.getLong(at + POSITION_OFFSET);
  }
}
