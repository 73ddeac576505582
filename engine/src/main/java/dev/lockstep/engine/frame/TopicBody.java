package dev.lockstep.engine.frame;

import dev.lockstep.Compression;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * A topic comes into being, or gets another configuration.
 *
 * <pre>
 *    0  4  topic
 *    4  4  number of partitions
 *    8  8  retention, milliseconds, -1: none
 *   16  8  retention, bytes for each partition, -1: none
 *   24  4  flags: bit 0 retained until consumed, bit 1 compacted; bits 2 and 3, volatile and
 *          temporary, are reserved and 0
 *   28  8  retention of tombstones, milliseconds; 0 if not compacted
 *   36  1  compression: 0 none, 1 LZ4, 2 Zstandard
 *   37     name (2 bytes length, UTF-8)
 * </pre>
 */
public record TopicBody(int topic, TopicConfig config) {
  private static final int FIXED = 37;
  private static final long NONE = -1;
  private static final int UNTIL_CONSUMED = 1;
  private static final int COMPACTED = 2;

  /** The topic's name. */
  public String name() {
    return config.name();
  }

  /** How many partitions it has. */
  public int partitions() {
    return config.partitions();
  }

  /** The room that {@link #put} takes. */
  public int encodedLength() {
    return FIXED + Bytes.textLength(name());
  }

  /** Appends the body, as the frame has it. */
  public void put(ByteBuffer body) {
    body.putInt(topic).putInt(partitions());
    body.putLong(config.retainFor().map(Duration::toMillis).orElse(NONE));
    body.putLong(config.retainBytes().orElse(NONE));
    body.putInt(flags());
    body.putLong(config.tombstoneRetention().map(Duration::toMillis).orElse(0L));
    body.put(CompressionCode.of(config.compression()));
    Bytes.putText(body, name());
  }

  private int flags() {
    return (config.isRetainedUntilConsumed() ? UNTIL_CONSUMED : 0)
        | (config.tombstoneRetention().isPresent() ? COMPACTED : 0);
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
    OptionalLong retainMillis = limit(body.getLong());
    OptionalLong retainBytes = limit(body.getLong());
    int flags = body.getInt();
    long tombstoneMillis = body.getLong();
    Compression compression = CompressionCode.decode(body.get());
    TopicConfig config =
        TopicConfig.of(Bytes.text(body)).partitions(partitions).compression(compression);
    if (retainMillis.isPresent()) {
      config = config.retainFor(Duration.ofMillis(retainMillis.getAsLong()));
    }
    if (retainBytes.isPresent()) {
      config = config.retainBytes(retainBytes.getAsLong());
    }
    if ((flags & UNTIL_CONSUMED) != 0) {
      config = config.retainUntilConsumed();
    }
    if ((flags & COMPACTED) != 0) {
      config = config.compacted(Duration.ofMillis(tombstoneMillis));
    }
    return new TopicBody(topic, config);
  }

  private static OptionalLong limit(long value) {
    return value == NONE ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
