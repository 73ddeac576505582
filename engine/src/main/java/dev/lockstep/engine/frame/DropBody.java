package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;

/**
 * Single messages of a partition are removed: compaction.
 *
 * <pre>
 *    0  4  topic
 *    4  4  partition
 *    8  4  number of offsets
 *   12     offsets, ascending, each as its distance to the one before it (the first: to 0), in
 *          groups of 7 bits, the lowest first; all bytes but the last of a distance have bit 7 set
 * </pre>
 */
public record DropBody(int topic, int partition, long[] offsets) {
  /** The most offsets of a frame; applying them takes the flusher's time. */
  public static final int MAX_OFFSETS = 8192;

  private static final int FIXED = 12;
  private static final int MAX_DISTANCE_BYTES = 9;
  private static final int GROUP_BITS = 7;
  private static final int GROUP_MASK = (1 << GROUP_BITS) - 1;
  private static final int MORE = 1 << GROUP_BITS;

  /** Encodes the body into a frame. */
  public Frame encode() {
    ByteBuffer body = ByteBuffer.allocate(FIXED + offsets.length * MAX_DISTANCE_BYTES);
    body.putInt(topic).putInt(partition).putInt(offsets.length);
    long before = 0;
    for (long offset : offsets) {
      putDistance(body, offset - before);
      before = offset;
    }
    return Frame.of(FrameTypes.DROP, body.flip());
  }

  private static void putDistance(ByteBuffer body, long distance) {
    long left = distance;
    while (left > GROUP_MASK) {
      body.put((byte) ((left & GROUP_MASK) | MORE));
      left >>>= GROUP_BITS;
    }
    body.put((byte) left);
  }

  /** Decodes the body. */
  public static DropBody decode(ByteBuffer body) {
    int topic = body.getInt();
    int partition = body.getInt();
    long[] offsets = new long[Bytes.count(body, 1)];
    long before = 0;
    for (int i = 0; i < offsets.length; i++) {
      before += distance(body);
      offsets[i] = before;
    }
    return new DropBody(topic, partition, offsets);
  }

  private static long distance(ByteBuffer body) {
    long distance = 0;
    int shift = 0;
    while (true) {
      byte group = body.get();
      distance |= (long) (group & GROUP_MASK) << shift;
      if ((group & MORE) == 0) {
        return distance;
      }
      shift += GROUP_BITS;
    }
  }
}
