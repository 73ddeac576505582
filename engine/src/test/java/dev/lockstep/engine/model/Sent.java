package dev.lockstep.engine.model;

import dev.lockstep.Headers;
import dev.lockstep.MessageId;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/**
 * A message, as its sender knows it.
 *
 * @param partition where it goes; without a key only the log knows
 */
record Sent(
    MessageId id,
    String topic,
    OptionalInt partition,
    Optional<String> key,
    byte[] payload,
    Headers headers,
    Kind kind,
    Optional<String> idempotencyKey) {

  private static final int FRAME_AND_BODY = 24 + 64 + 8;
  private static final int HEADER = 16;

  /** The rule of {@code Producer}: the checksum of the key decides. */
  static OptionalInt partition(Optional<String> key, int partitions) {
    if (key.isEmpty()) {
      return OptionalInt.empty();
    }
    CRC32C crc = new CRC32C();
    crc.update(key.get().getBytes(StandardCharsets.UTF_8));
    return OptionalInt.of((int) (crc.getValue() % partitions));
  }

  /** Whether this is what a reader got. */
  boolean isSameAs(Envelope envelope) {
    return topic.equals(envelope.topic())
        && key.equals(envelope.key().map(bytes -> new String(bytes, StandardCharsets.UTF_8)))
        && Arrays.equals(payload, envelope.payload())
        && headers.equals(envelope.headers())
        && kind == envelope.kind()
        && idempotencyKey.equals(envelope.idempotencyKey());
  }

  boolean isTombstone() {
    return kind == Kind.TOMBSTONE;
  }

  /** The bytes of its frame, or a few more. */
  long bytes() {
    long keys =
        (long) key.map(String::length).orElse(0) + idempotencyKey.map(String::length).orElse(0);
    return FRAME_AND_BODY + payload.length + keys + (long) headers.size() * HEADER;
  }

  @Override
  public String toString() {
    return id + " to " + topic + key.map(k -> ", key " + k).orElse("") + ", " + payload.length;
  }
}
