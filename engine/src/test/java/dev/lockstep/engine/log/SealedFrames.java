package dev.lockstep.engine.log;

import java.nio.ByteBuffer;

/** Forges frames that have the seal of a log, whose file {@code identity} says how. */
public final class SealedFrames {
  private static final int SECRET_AT = 32;

  private SealedFrames() {}

  /** A frame as it would stand at a position. */
  public static byte[] at(byte[] identity, Frame frame, int incarnation, long position) {
    ByteBuffer bytes = ByteBuffer.allocate(frame.length());
    frame.copyTo(bytes);
    sealer(identity).seal(bytes, 0, incarnation, position, frame.bodyCrc());
    return bytes.array();
  }

  /** The same frame with the checksum that its bytes, changed since, have to have. */
  public static byte[] again(byte[] identity, byte[] frame) {
    ByteBuffer bytes = ByteBuffer.wrap(frame.clone());
    sealer(identity)
        .seal(
            bytes,
            0,
            bytes.getInt(FrameDescriptor.INCARNATION_OFFSET),
            FrameDescriptor.position(bytes, 0),
            FrameSeal.bodyCrc(frame));
    return bytes.array();
  }

  /** Whether bytes that start at an index look like a frame of a position. */
  public static boolean isAt(byte[] bytes, int at, long position) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return bytes.length - at >= FrameDescriptor.HEADER_LENGTH
        && FrameDescriptor.position(buffer, at) == position;
  }

  /** The type of the frame that starts at an index. */
  public static byte type(byte[] bytes, int at) {
    return FrameDescriptor.type(ByteBuffer.wrap(bytes), at);
  }

  /** How long the frame is that starts at an index. */
  public static int length(byte[] bytes, int at) {
    return FrameDescriptor.frameLength(FrameDescriptor.bodyLength(ByteBuffer.wrap(bytes), at));
  }

  private static FrameSeal.Sealer sealer(byte[] identity) {
    byte[] secret = new byte[LogIdentity.Secret.LENGTH];
    ByteBuffer.wrap(identity).get(SECRET_AT, secret);
    return new FrameSeal(secret).sealer();
  }
}
