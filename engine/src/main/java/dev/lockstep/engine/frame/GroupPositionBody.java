package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * A group was moved in some partitions of a topic: everything below the offset is consumed,
 * everything from it on is not, and nothing is parked.
 *
 * <pre>
 *    0  4  topic
 *    4  4  number of partitions
 *    8     for each: 4 partition   8 offset; name of the group (2 bytes length, UTF-8)
 * </pre>
 */
public record GroupPositionBody(String group, int topic, Map<Integer, Long> offsets) {
  private static final int ONE = Integer.BYTES + Long.BYTES;

  /** Encodes the body into a frame. */
  public Frame encode() {
    int length = 2 * Integer.BYTES + offsets.size() * ONE + Bytes.textLength(group);
    return Frame.encode(FrameTypes.GROUP_POSITION, length, this::put);
  }

  private void put(ByteBuffer body) {
    body.putInt(topic).putInt(offsets.size());
    new TreeMap<>(offsets).forEach((partition, offset) -> body.putInt(partition).putLong(offset));
    Bytes.putText(body, group);
  }

  /** Decodes the body. */
  public static GroupPositionBody decode(ByteBuffer body) {
    int topic = body.getInt();
    int count = Bytes.count(body, ONE);
    Map<Integer, Long> offsets = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      offsets.put(body.getInt(), body.getLong());
    }
    return new GroupPositionBody(Bytes.text(body), topic, offsets);
  }
}
