package dev.lockstep.engine.log;

import java.nio.ByteBuffer;

/** Looks into frames that have no position yet. */
public final class FrameBytes {
  private FrameBytes() {}

  /** The body of a frame, at index 0. */
  public static ByteBuffer body(Frame frame) {
    ByteBuffer whole = ByteBuffer.allocate(frame.length());
    frame.copyTo(whole);
    return whole.slice(FrameDescriptor.HEADER_LENGTH, FrameDescriptor.bodyLength(whole, 0));
  }
}
