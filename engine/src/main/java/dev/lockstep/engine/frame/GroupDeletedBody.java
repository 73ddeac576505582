package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;

/**
 * A group was deleted, in all topics.
 *
 * <pre>
 *    0     name of the group (2 bytes length, UTF-8)
 * </pre>
 */
public record GroupDeletedBody(String group) {
  /** Encodes the body into a frame. */
  public Frame encode() {
    return Frame.encode(
        FrameTypes.GROUP_DELETED, Bytes.textLength(group), body -> Bytes.putText(body, group));
  }

  /** Decodes the body. */
  public static GroupDeletedBody decode(ByteBuffer body) {
    return new GroupDeletedBody(Bytes.text(body));
  }
}
