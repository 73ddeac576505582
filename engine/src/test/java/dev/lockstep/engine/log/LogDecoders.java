package dev.lockstep.engine.log;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;

/** The decoders of this package, for fuzzing. */
public final class LogDecoders {
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

  private static long number(ByteBuffer bytes, int at) {
    return bytes.limit() < at + Long.BYTES ? at : bytes.getLong(at);
  }

  /** Looks for frames at each place; none can be valid. */
  public static void frames(ByteBuffer bytes) {
    byte[] secret = new byte[16];
    Arrays.fill(secret, (byte) 9);
    FrameSeal seal = new FrameSeal(secret);
    for (int at = 0; at < bytes.limit(); at += 8) {
      if (seal.isValid(bytes, at, bytes.limit(), 1, at)) {
        throw new AssertionError("a frame without the secret at " + at);
      }
    }
  }

  /** The body of a frame, padded. */
  public static byte[] body(Frame frame) {
    byte[] bytes = new byte[frame.length()];
    frame.copyTo(ByteBuffer.wrap(bytes));
    return Arrays.copyOfRange(bytes, FrameDescriptor.HEADER_LENGTH, bytes.length);
  }
}
