package dev.lockstep.engine.log;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;

/** The decoders of this package, for fuzzing. */
public final class LogDecoders {
  private static final int PADDING = FrameDescriptor.ALIGNMENT - 1;

  private LogDecoders() {}

  /** Decodes a segment's header, as it is and with a right checksum. */
  public static void segmentHeader(ByteBuffer bytes) {
    SegmentHeader.decode(bytes.duplicate());
    SegmentHeader header =
        new SegmentHeader(
            new UUID(1, 2), number(bytes, 0), (int) number(bytes, 8), number(bytes, 16), 0);
    if (!SegmentHeader.decode(header.encode()).orElseThrow().equals(header)) {
      throw new AssertionError(header + " is decoded as something else");
    }
  }

  /** Decodes the identity of a log, as it is and with a right checksum. */
  public static void identity(ByteBuffer bytes) {
    LogIdentity.decode(bytes.duplicate());
    byte[] secret = new byte[LogIdentity.Secret.LENGTH];
    bytes.get(0, secret, 0, Math.min(secret.length, bytes.limit()));
    ByteBuffer sealed =
        new LogIdentity(
                new UUID(number(bytes, 16), number(bytes, 24)),
                new LogIdentity.Secret(secret),
                number(bytes, 48))
            .encode();
    ByteBuffer again = LogIdentity.decode(sealed.duplicate()).orElseThrow().encode();
    if (!again.equals(sealed)) {
      throw new AssertionError("an identity is decoded as something else");
    }
    LogIdentity.decode(sealed.duplicate().limit(sealed.limit() - 1))
        .ifPresent(
            identity -> {
              throw new AssertionError("an identity that is too short");
            });
  }

  private static long number(ByteBuffer bytes, int at) {
    return bytes.limit() < at + Long.BYTES ? at : bytes.getLong(at);
  }

  /**
   * Looks for frames at each place. None can be valid as it is; one that gets its seal is, and
   * never if its end is missing.
   */
  public static void frames(ByteBuffer bytes) {
    byte[] secret = new byte[16];
    Arrays.fill(secret, (byte) 9);
    FrameSeal seal = new FrameSeal(secret);
    for (int at = 0; at < bytes.limit(); at += 8) {
      if (seal.isValid(bytes, at, bytes.limit(), 1, at)) {
        throw new AssertionError("a frame without the secret at " + at);
      }
      int left = bytes.limit() - at;
      if (left >= FrameDescriptor.HEADER_LENGTH) {
        int length = FrameDescriptor.bodyLength(bytes, at);
        if (length >= 0 && length <= left - FrameDescriptor.HEADER_LENGTH - PADDING) {
          sealed(seal, bytes, at, FrameDescriptor.frameLength(length));
        }
      }
    }
  }

  private static void sealed(FrameSeal seal, ByteBuffer bytes, int at, int length) {
    byte[] frame = new byte[length];
    bytes.get(at, frame);
    ByteBuffer buffer = ByteBuffer.wrap(frame);
    seal.sealer().seal(buffer, 0, 1, at, FrameSeal.bodyCrc(frame));
    if (!seal.isValid(buffer, 0, length, 1, at) || seal.isValid(buffer, 0, length - 1, 1, at)) {
      throw new AssertionError("a frame of " + length + " bytes with its seal at " + at);
    }
  }

  /** The header of a segment. */
  public static byte[] soundHeader() {
    byte[] header = new byte[64];
    new SegmentHeader(new UUID(1, 2), 3, 4, 5, 6).encode().get(header);
    return header;
  }

  /** The body of a frame, padded. */
  public static byte[] body(Frame frame) {
    byte[] bytes = new byte[frame.length()];
    frame.copyTo(ByteBuffer.wrap(bytes));
    return Arrays.copyOfRange(bytes, FrameDescriptor.HEADER_LENGTH, bytes.length);
  }
}
