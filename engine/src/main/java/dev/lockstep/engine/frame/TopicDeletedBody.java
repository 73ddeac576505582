package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;

/**
 * A topic is deleted, with its messages and groups.
 *
 * <pre>
 *   0  4  topic
 * </pre>
 */
public record TopicDeletedBody(int topic) {
  /** Encodes the body into a frame. */
  public Frame encode() {
    return Frame.of(FrameTypes.TOPIC_DELETED, ByteBuffer.allocate(Integer.BYTES).putInt(0, topic));
  }

  /** Decodes the body. */
  public static TopicDeletedBody decode(ByteBuffer body) {
    return new TopicDeletedBody(body.getInt());
  }
}
