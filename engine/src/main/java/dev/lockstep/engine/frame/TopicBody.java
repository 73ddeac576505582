package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;

/**
 * A topic comes into being.
 *
 * <pre>
 *    0  4  topic
 *    4  4  number of partitions
 *    8  4  flags, 0
 *   12     name (2 bytes length, UTF-8)
 * </pre>
 */
public record TopicBody(int topic, int partitions, String name) {
  private static final int FIXED = 12;
  private static final int NO_FLAGS = 0;

  /** The room that {@link #put} takes. */
  public int encodedLength() {
    return FIXED + Bytes.textLength(name);
  }

  /** Appends the body, as the frame has it. */
  public void put(ByteBuffer body) {
    body.putInt(topic).putInt(partitions).putInt(NO_FLAGS);
    Bytes.putText(body, name);
  }

  /** Encodes the body into a frame. */
  public Frame encode() {
    ByteBuffer body = ByteBuffer.allocate(encodedLength());
    put(body);
    return Frame.of(FrameTypes.TOPIC, body.flip());
  }

  /** Decodes the body. */
  public static TopicBody decode(ByteBuffer body) {
    int topic = body.getInt();
    int partitions = body.getInt();
    body.getInt();
    return new TopicBody(topic, partitions, Bytes.text(body));
  }
}
