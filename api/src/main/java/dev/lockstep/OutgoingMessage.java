package dev.lockstep;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * A message to send. Immutable: each wither returns a new one.
 *
 * @param <T> the payload type
 */
public final class OutgoingMessage<T> {
  /** The most characters that an idempotency key can have. */
  public static final int MAX_IDEMPOTENCY_KEY = 1000;

  private static final Duration MAX_EXPIRY = Duration.ofDays(366_000);

  private final Optional<T> payload;
  private final Optional<String> key;
  private final Headers headers;
  private final Optional<Duration> timeToLive;
  private final Optional<String> idempotencyKey;

  private OutgoingMessage(
      Optional<T> payload,
      Optional<String> key,
      Headers headers,
      Optional<Duration> timeToLive,
      Optional<String> idempotencyKey) {
    this.payload = payload;
    this.key = key;
    this.headers = headers;
    this.timeToLive = timeToLive;
    this.idempotencyKey = idempotencyKey;
  }

  static <T> OutgoingMessage<T> of(T payload) {
    return new OutgoingMessage<>(
        Optional.of(
            Objects.requireNonNull(
                payload, "the payload is null; Message.tombstone(key) says that there is none")),
        Optional.empty(),
        Headers.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static <T> OutgoingMessage<T> tombstone(String key) {
    return new OutgoingMessage<>(
        Optional.empty(), Optional.of(key), Headers.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * The same message with a key.
   *
   * @param key the key, which decides the partition
   * @return a new message
   */
  public OutgoingMessage<T> key(String key) {
    return new OutgoingMessage<>(payload, Optional.of(key), headers, timeToLive, idempotencyKey);
  }

  /**
   * The same message with one more header, as UTF-8 text.
   *
   * @param name the header's name; a name may occur more than once
   * @param value the header's value
   * @return a new message
   */
  public OutgoingMessage<T> header(String name, String value) {
    return header(name, value.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The same message with one more header.
   *
   * @param name the header's name; a name may occur more than once
   * @param value the header's value, copied
   * @return a new message
   */
  public OutgoingMessage<T> header(String name, byte[] value) {
    return withHeaders(headers.with(name, value));
  }

  /**
   * The same message with another media type of its payload than the codec's.
   *
   * @param mediaType for example {@code application/vnd.shop.order+json}
   * @return a new message
   */
  public OutgoingMessage<T> contentType(String mediaType) {
    return withHeaders(
        headers.replacing(Headers.CONTENT_TYPE, mediaType.getBytes(StandardCharsets.UTF_8)));
  }

  private OutgoingMessage<T> withHeaders(Headers more) {
    return new OutgoingMessage<>(payload, key, more, timeToLive, idempotencyKey);
  }

  /**
   * The same message, not delivered any more once so much time has passed since its send, by the
   * clock of the process that consumes. What has expired is skipped: a group's acknowledgement of
   * the next message covers it. In a {@linkplain TopicConfig#compacted compacted} topic it still
   * stands for its key, which has no value any more then: older ones of the key do not come back.
   *
   * @param timeToLive from 1 ms to 366,000 days
   * @return a new message
   * @throws IllegalArgumentException if it is out of that range
   */
  public OutgoingMessage<T> expireAfter(Duration timeToLive) {
    if (timeToLive.compareTo(Duration.ofMillis(1)) < 0 || timeToLive.compareTo(MAX_EXPIRY) > 0) {
      throw new IllegalArgumentException(
          "a message can't expire after "
              + timeToLive
              + ": use 1 ms to 366,000 days, or leave it out for a message that does not expire");
    }
    return new OutgoingMessage<>(payload, key, headers, Optional.of(timeToLive), idempotencyKey);
  }

  /**
   * The same message with an idempotency key: of several sends to one topic with the same one, only
   * the first is a message, and the others return its identity. See {@link Producer}.
   *
   * @param key what names this send among all of the topic, from 1 to {@link #MAX_IDEMPOTENCY_KEY}
   *     characters
   * @return a new message
   * @throws IllegalArgumentException if it is empty or too long
   */
  public OutgoingMessage<T> idempotencyKey(String key) {
    if (key.isEmpty() || key.length() > MAX_IDEMPOTENCY_KEY) {
      throw new IllegalArgumentException(
          "an idempotency key can't have "
              + key.length()
              + " characters: use 1 to "
              + MAX_IDEMPOTENCY_KEY
              + ", a hash of a longer one for example");
    }
    return new OutgoingMessage<>(payload, this.key, headers, timeToLive, Optional.of(key));
  }

  /**
   * The payload.
   *
   * @return the payload
   * @throws IllegalStateException if this is a tombstone, which has none
   */
  public T payload() {
    return payload.orElseThrow(
        () -> new IllegalStateException("a tombstone has no payload; ask isTombstone() first"));
  }

  /**
   * Whether this is a tombstone.
   *
   * @return true if it was made by {@link Message#tombstone}
   */
  public boolean isTombstone() {
    return payload.isEmpty();
  }

  /**
   * The key.
   *
   * @return the key, if there is one
   */
  public Optional<String> key() {
    return key;
  }

  /**
   * The headers.
   *
   * @return the headers, in the order in which they were added
   */
  public Headers headers() {
    return headers;
  }

  /**
   * How long it lives.
   *
   * @return the time from its send to its expiry, if it expires
   */
  public Optional<Duration> expireAfter() {
    return timeToLive;
  }

  /**
   * The idempotency key.
   *
   * @return the idempotency key, if there is one
   */
  public Optional<String> idempotencyKey() {
    return idempotencyKey;
  }
}
