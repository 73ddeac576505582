package dev.lockstep.engine.frame;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * An acknowledgement: a group has consumed the offsets from one to another of a partition.
 *
 * <pre>
 *   2+n group   4 topic   4 partition   8 from, inclusive   8 to, exclusive   8 member epoch
 * </pre>
 */
public record Ack(String group, int topic, int partition, long from, long to, long memberEpoch) {
  private static final int FIXED = 2 * Integer.BYTES + 3 * Long.BYTES;

  static int length(List<Ack> acks) {
    int length = Integer.BYTES;
    for (int i = 0; i < acks.size(); i++) {
      length += FIXED + Bytes.textLength(acks.get(i).group);
    }
    return length;
  }

  /** Appends acknowledgements, their number (4 bytes) in front. */
  public static void put(ByteBuffer buffer, List<Ack> acks) {
    buffer.putInt(acks.size());
    for (Ack ack : acks) {
      Bytes.putText(buffer, ack.group);
      buffer.putInt(ack.topic).putInt(ack.partition);
      buffer.putLong(ack.from).putLong(ack.to).putLong(ack.memberEpoch);
    }
  }

  /** The inverse of {@link #put}. */
  public static List<Ack> get(ByteBuffer buffer) {
    int count = Bytes.count(buffer, FIXED);
    List<Ack> acks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      acks.add(
          new Ack(
              Bytes.text(buffer),
              buffer.getInt(),
              buffer.getInt(),
              buffer.getLong(),
              buffer.getLong(),
              buffer.getLong()));
    }
    return List.copyOf(acks);
  }
}
