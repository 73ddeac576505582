package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A group's acknowledged offsets in a topic, all of them: where it starts, when its first member
 * joins.
 *
 * <pre>
 *    0  4  topic
 *    4  4  number of partitions
 *    8     offsets, 8 bytes each; name of the group (2 bytes length, UTF-8)
 * </pre>
 */
public record GroupBody(String group, int topic, long[] offsets) {
  /** The room that {@link #put} takes. */
  public int encodedLength() {
    return 2 * Integer.BYTES + offsets.length * Long.BYTES + Bytes.textLength(group);
  }

  /** Appends the body, as the frame has it. */
  public void put(ByteBuffer body) {
    body.putInt(topic).putInt(offsets.length);
    for (long offset : offsets) {
      body.putLong(offset);
    }
    Bytes.putText(body, group);
  }

  /** Encodes the body into a frame. */
  public Frame encode() {
    ByteBuffer body = ByteBuffer.allocate(encodedLength());
    put(body);
    return Frame.of(FrameTypes.GROUP, body.flip());
  }

  /** Decodes the body. */
  public static GroupBody decode(ByteBuffer body) {
    int topic = body.getInt();
    long[] offsets = new long[Bytes.count(body, Long.BYTES)];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = body.getLong();
    }
    return new GroupBody(Bytes.text(body), topic, offsets);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GroupBody that
        && group.equals(that.group)
        && topic == that.topic
        && Arrays.equals(offsets, that.offsets);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * group.hashCode() + topic) + Arrays.hashCode(offsets);
  }
}
