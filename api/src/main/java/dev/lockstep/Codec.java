package dev.lockstep;

/**
 * Turns payloads into bytes and back. Implementations are thread-safe and keep no reference to the
 * arrays that they are given or return.
 *
 * @param <T> the payload type
 */
public interface Codec<T> {
  /**
   * The media type of the bytes. It is sent in the header {@code content-type}, unless the sender
   * has set that.
   *
   * @return for example {@code application/json}
   */
  String contentType();

  /**
   * Encodes a payload, on the sending thread.
   *
   * @param payload the payload
   * @return its bytes
   */
  byte[] encode(T payload);

  /**
   * Decodes a payload, on the polling thread. What it throws reaches the poller as {@link
   * DecodeException}.
   *
   * @param bytes the bytes
   * @param headers the message's headers
   * @return the payload
   */
  T decode(byte[] bytes, Headers headers);
}
