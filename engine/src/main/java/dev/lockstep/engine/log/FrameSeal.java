package dev.lockstep.engine.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Recognises frames that are sealed with the log's secret; its {@link Sealer} seals them.
 * Thread-safe.
 */
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

  /** What seals frames, one after the other. */
  Sealer sealer() {
    return new Sealer(secret);
  }

  /** As {@link Sealer#isValid}, for one frame. */
  boolean isValid(ByteBuffer buffer, int at, int limit, int incarnation, long position) {
    return sealer().isValid(buffer, at, limit, incarnation, position);
  }

  /** Seals and checks frames without making objects for each. For one thread. */
  static final class Sealer {
    private final CRC32C crc = new CRC32C();

    /** The secret, and room for what the seal covers of a header and for the body's checksum. */
    private final ByteBuffer covered;

    private final int secretLength;

    private Sealer(byte[] secret) {
      this.secretLength = secret.length;
      this.covered = ByteBuffer.allocate(secretLength + COVERED_HEADER + Integer.BYTES);
      covered.put(0, secret);
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
      crc.reset();
      crc.update(buffer.slice(at + FrameDescriptor.HEADER_LENGTH, padded));
      int expected = crc(buffer, at, (int) crc.getValue());
      return buffer.getInt(at + FrameDescriptor.CRC_OFFSET) == expected;
    }

    private int crc(ByteBuffer buffer, int at, int bodyCrc) {
      buffer.get(at + Integer.BYTES, covered.array(), secretLength, COVERED_HEADER);
      covered.putInt(secretLength + COVERED_HEADER, bodyCrc);
      crc.reset();
      crc.update(covered.array());
      return (int) crc.getValue();
    }
  }
}
