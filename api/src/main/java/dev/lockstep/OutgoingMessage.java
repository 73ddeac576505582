package dev.lockstep;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A message to send. Immutable: each wither returns a new one.
 *
 * @param <T> the payload type
 */
public final class OutgoingMessage<T> {
  private final T payload;
  private final Optional<String> key;
  private final Headers headers;

  private OutgoingMessage(T payload, Optional<String> key, Headers headers) {
    this.payload = payload;
    this.key = key;
    this.headers = headers;
  }

  static <T> OutgoingMessage<T> of(T payload) {
    return new OutgoingMessage<>(payload, Optional.empty(), Headers.empty());
  }

  /**
   * The same message with a key.
   *
   * @param key the key, which decides the partition
   * @return a new message
   */
  public OutgoingMessage<T> key(String key) {
    return new OutgoingMessage<>(payload, Optional.of(key), headers);
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
    return new OutgoingMessage<>(payload, key, headers.with(name, value));
  }

  /**
   * The payload.
   *
   * @return the payload
   */
  public T payload() {
    return payload;
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
}
