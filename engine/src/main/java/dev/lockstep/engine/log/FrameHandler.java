package dev.lockstep.engine.log;

import java.nio.ByteBuffer;

/** Takes frames, in the order in which they were asked for or stand in the log. */
@FunctionalInterface
public interface FrameHandler {
  /**
   * Takes one frame.
   *
   * @param type what the body is
   * @param position where the frame starts
   * @param length the room that it takes, header and padding included
   * @param body the body; valid during the call only
   */
  void frame(byte type, long position, int length, ByteBuffer body);
}
