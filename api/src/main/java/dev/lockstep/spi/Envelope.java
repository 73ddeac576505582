package dev.lockstep.spi;

import dev.lockstep.Headers;
import java.time.Instant;
import java.util.Optional;

/**
 * A message as the log sees it. The arrays are not copied; whoever hands one over does not change
 * it afterwards.
 *
 * @param topic where it goes
 * @param key its key, as UTF-8 text
 * @param payload its encoded payload; empty in a tombstone
 * @param headers its headers
 * @param kind whether it is a tombstone
 * @param expiresAt when it expires, if ever
 * @param idempotencyKey what names this send in the topic, if anything
 */
public record Envelope(
    String topic,
    Optional<byte[]> key,
    byte[] payload,
    Headers headers,
    Kind kind,
    Optional<Instant> expiresAt,
    Optional<String> idempotencyKey) {

  /** What a message is. */
  public enum Kind {
    /** A message with a payload. */
    MESSAGE,
    /** There is no value for the key any more. */
    TOMBSTONE
  }

  /**
   * A tombstone has a key and no payload.
   *
   * @param topic where it goes
   * @param key its key, as UTF-8 text
   * @param payload its encoded payload
   * @param headers its headers
   * @param kind what it is
   * @param expiresAt when it expires, if it does
   * @param idempotencyKey what a repeat of it is known by, if it may be repeated
   * @throws IllegalArgumentException if this one has not
   */
  public Envelope {
    if (kind == Kind.TOMBSTONE && (key.isEmpty() || payload.length > 0)) {
      throw new IllegalArgumentException(
          "a tombstone for '" + topic + "' needs a key, and has no payload");
    }
  }

  /**
   * A message that does not expire, without an idempotency key.
   *
   * @param topic where it goes
   * @param key its key, as UTF-8 text
   * @param payload its encoded payload
   * @param headers its headers
   */
  public Envelope(String topic, Optional<byte[]> key, byte[] payload, Headers headers) {
    this(topic, key, payload, headers, Kind.MESSAGE, Optional.empty(), Optional.empty());
  }
}
