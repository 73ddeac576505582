package dev.lockstep.spi;

import dev.lockstep.OutgoingMessage;

/**
 * Sees every message before it is encoded and sent, and may replace it: to add headers, to check,
 * to trace. Called on the sending thread, inside its transaction, in the order of the
 * configuration, each with the result of the one before it. Thread-safe. Later versions of this
 * interface grow by default methods only.
 *
 * <p>The transaction may still roll back: what an interceptor does elsewhere is not undone then.
 */
@FunctionalInterface
public interface ProducerInterceptor {
  /**
   * A message is about to be sent.
   *
   * @param topic where it goes
   * @param message the message, a tombstone perhaps
   * @return what to send, or the message itself
   * @param <T> the payload type
   * @throws RuntimeException to refuse it; the send throws {@link
   *     dev.lockstep.InterceptorException}
   */
  <T> OutgoingMessage<T> onSend(String topic, OutgoingMessage<T> message);
}
