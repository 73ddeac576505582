package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;

/**
 * A prepared branch is rolled back.
 *
 * <pre>
 *    0  8  branch number
 *    8  8  time of the rollback, milliseconds since the epoch
 * </pre>
 */
public record RollbackBody(long branch, long time) {
  /** The length of the frame. */
  public static final int FRAME_LENGTH = Frame.lengthOf(2 * Long.BYTES);

  /** Encodes the body into a frame. */
  public Frame encode() {
    ByteBuffer body = ByteBuffer.allocate(2 * Long.BYTES).putLong(branch).putLong(time);
    return Frame.of(FrameTypes.ROLLBACK, body.flip());
  }

  /** Decodes the body. */
  public static RollbackBody decode(ByteBuffer body) {
    return new RollbackBody(body.getLong(), body.getLong());
  }
}
