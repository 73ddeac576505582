package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;

/**
 * A branch has gone back to a savepoint: of its messages before this frame, which it has spilled,
 * only the first ones count.
 *
 * <pre>
 *    0  8  branch number
 *    8  4  number of messages that count
 * </pre>
 */
public record TakenBackBody(long branch, int kept) {
  private static final int LENGTH = 12;

  /** Encodes the body into a frame. */
  public Frame encode() {
    ByteBuffer body = ByteBuffer.allocate(LENGTH).putLong(branch).putInt(kept);
    return Frame.of(FrameTypes.TAKEN_BACK, body.flip());
  }

  /** Decodes the body. */
  public static TakenBackBody decode(ByteBuffer body) {
    return new TakenBackBody(body.getLong(), body.getInt());
  }
}
