package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The first messages of partitions are removed: retention.
 *
 * <pre>
 *   4 number of partitions; for each: 4 topic, 4 partition, 8 first offset that stays
 * </pre>
 */
public record TrimBody(List<Trim> trims) {
  /** The most partitions of a frame. */
  public static final int MAX_TRIMS = 1000;

  /** What is removed of one partition: all below an offset. */
  public record Trim(int topic, int partition, long first) {
    private static final int LENGTH = 2 * Integer.BYTES + Long.BYTES;
  }

  /** Encodes the body into a frame. */
  public Frame encode() {
    ByteBuffer body = ByteBuffer.allocate(Integer.BYTES + trims.size() * Trim.LENGTH);
    body.putInt(trims.size());
    for (Trim trim : trims) {
      body.putInt(trim.topic()).putInt(trim.partition()).putLong(trim.first());
    }
    return Frame.of(FrameTypes.TRIM, body.flip());
  }

  /** Decodes the body. */
  public static TrimBody decode(ByteBuffer body) {
    int count = Bytes.count(body, Trim.LENGTH);
    List<Trim> trims = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      trims.add(new Trim(body.getInt(), body.getInt(), body.getLong()));
    }
    return new TrimBody(List.copyOf(trims));
  }
}
