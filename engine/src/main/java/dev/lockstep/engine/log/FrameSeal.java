package dev.lockstep.engine.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Seals frames with the log's secret and recognises them. Thread-safe. */
final class FrameSeal {
  private static final int COVERED_HEADER = FrameDescriptor.HEADER_LENGTH - Integer.BYTES;

  private final byte[] secret;

  FrameSeal(byte[] secret) {
    this.secret = secret.clone();
  }

  /** The CRC32C of the body and its padding. */
  static int bodyCrc(byte[] frame) {
    CRC32C crc = new CRC32C();
    crc.update(frame, FrameDescriptor.HEADER_LENGTH, frame.length - FrameDescriptor.HEADER_LENGTH);
    return (int) crc.getValue();
  }

  /** Completes the header of a frame that was copied to an index of a buffer. */
  void seal(ByteBuffer buffer, int at, int incarnation, long position, int bodyCrc) {
    buffer.putInt(at + FrameDescriptor.INCARNATION_OFFSET, incarnation);
    buffer.putLong(at + FrameDescriptor.POSITION_OFFSET, position);
    buffer.putInt(at + FrameDescriptor.CRC_OFFSET, crc(buffer, at, bodyCrc));
  }

  /**
   * Whether there is a whole, valid frame of this place and incarnation.
   *
   * @param buffer the bytes
   * @param at where the frame starts
   * @param limit where the readable bytes end
   */
  boolean isValid(ByteBuffer buffer, int at, int limit, int incarnation, long position) {
    if (limit - at < FrameDescriptor.HEADER_LENGTH
        || FrameDescriptor.position(buffer, at) != position
        || buffer.getInt(at + FrameDescriptor.INCARNATION_OFFSET) != incarnation) {
      return false;
    }
    int length = FrameDescriptor.bodyLength(buffer, at);
    if (length < 0 || length > limit - at - FrameDescriptor.HEADER_LENGTH) {
      return false;
    }
    int padded = FrameDescriptor.paddedLength(length);
    if (padded > limit - at - FrameDescriptor.HEADER_LENGTH) {
      return false;
    }
    CRC32C body = new CRC32C();
    body.update(buffer.slice(at + FrameDescriptor.HEADER_LENGTH, padded));
    return buffer.getInt(at + FrameDescriptor.CRC_OFFSET) == crc(buffer, at, (int) body.getValue());
  }

  private int crc(ByteBuffer buffer, int at, int bodyCrc) {
    byte[] header = new byte[COVERED_HEADER + Integer.BYTES];
    buffer.get(at + Integer.BYTES, header, 0, COVERED_HEADER);
    ByteBuffer.wrap(header).putInt(COVERED_HEADER, bodyCrc);
    CRC32C crc = new CRC32C();
    crc.update(secret, 0, secret.length);
    crc.update(header, 0, header.length);
    return (int) crc.getValue();
  }
}
