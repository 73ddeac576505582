package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;

/**
 * The messages before this frame belong to a branch that is still active: it had more than it may
 * keep in memory.
 *
 * <pre>
 *    0  8  branch number
 *    8  4  number of messages, which stand before this frame
 * </pre>
 */
public record SpilledBody(long branch, int messages) {
  private static final int LENGTH = 12;

  /** The length of the frame. */
  public static final int FRAME_LENGTH = Frame.lengthOf(LENGTH);

  /** Encodes the body into a frame. */
  public Frame encode() {
    ByteBuffer body = ByteBuffer.allocate(LENGTH).putLong(branch).putInt(messages);
    return Frame.of(FrameTypes.SPILLED, body.flip());
  }

  /** Decodes the body. */
  public static SpilledBody decode(ByteBuffer body) {
    return new SpilledBody(body.getLong(), body.getInt());
  }
}
