package dev.lockstep;

import java.time.Instant;
import java.util.Optional;

/**
 * A message as a consumer receives it. Immutable, as far as its payload is.
 *
 * @param <T> the payload type
 */
public interface Message<T> {
  /**
   * The identity that {@link Producer#send} returned.
   *
   * @return the message's identity
   */
  MessageId id();

  /**
   * Where it was sent.
   *
   * @return the topic's name
   */
  String topic();

  /**
   * The partition that its key, or the producer, chose.
   *
   * @return the partition, from 0
   */
  int partition();

  /**
   * Its place in the partition. Offsets increase in commit order; they may have gaps.
   *
   * @return the offset, from 0
   */
  long offset();

  /**
   * When it was sent, by the clock of the sending process.
   *
   * @return the time of the send, in milliseconds precision
   */
  Instant timestamp();

  /**
   * Which attempt at it this is: 1, and one more each time it was parked. Durable; a rollback alone
   * does not count.
   *
   * @return the attempt, from 1
   */
  int attempt();

  /**
   * The key; messages with the same key are in one partition, in commit order.
   *
   * @return the key, if it was sent with one
   */
  Optional<String> key();

  /**
   * The decoded payload.
   *
   * @return the payload
   * @throws IllegalStateException if this is a tombstone, which has none
   */
  T payload();

  /**
   * Whether this says that there is no value for its key any more: what {@link Producer#delete}
   * sends. It has a key and no payload.
   *
   * @return true if it is a tombstone
   */
  default boolean isTombstone() {
    return false;
  }

  /**
   * The headers, in the order in which they were added.
   *
   * @return the headers
   */
  Headers headers();

  /**
   * The media type of the payload: the last header {@link Headers#CONTENT_TYPE}.
   *
   * @return the media type, unless there is no such header, as in tombstones
   */
  default Optional<String> contentType() {
    return headers().last(Headers.CONTENT_TYPE);
  }

  /**
   * A message to send, without a key.
   *
   * @param <T> the payload type
   * @param payload the payload
   * @return the message
   */
  static <T> OutgoingMessage<T> of(T payload) {
    return OutgoingMessage.of(payload);
  }

  /**
   * A message to send, with a key.
   *
   * @param <T> the payload type
   * @param key the key, which decides the partition
   * @param payload the payload
   * @return the message
   */
  static <T> OutgoingMessage<T> of(String key, T payload) {
    return OutgoingMessage.of(payload).key(key);
  }

  /**
   * A tombstone to send: it says that there is no value for a key any more. A compacted topic drops
   * the key's messages, and later the tombstone itself.
   *
   * @param <T> the payload type of the topic
   * @param key the key, which decides the partition
   * @return the message
   */
  static <T> OutgoingMessage<T> tombstone(String key) {
    return OutgoingMessage.tombstone(key);
  }
}
