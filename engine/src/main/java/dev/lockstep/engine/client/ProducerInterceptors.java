package dev.lockstep.engine.client;

import dev.lockstep.InterceptorException;
import dev.lockstep.OutgoingMessage;
import dev.lockstep.spi.ProducerInterceptor;
import java.util.List;

/** The configured interceptors of sends, one after the other. Thread-safe, as they are. */
final class ProducerInterceptors {
  private final List<ProducerInterceptor> interceptors;

  ProducerInterceptors(List<ProducerInterceptor> interceptors) {
    this.interceptors = interceptors;
  }

  /**
   * What the interceptors make of a message.
   *
   * @throws InterceptorException if one throws, or returns null
   */
  <T> OutgoingMessage<T> intercept(String topic, OutgoingMessage<T> message) {
    OutgoingMessage<T> current = message;
    for (ProducerInterceptor interceptor : interceptors) {
      current = intercept(interceptor, topic, current);
    }
    return current;
  }

  @SuppressWarnings("ConstantValue") // an interceptor may be compiled without null checks
  private static <T> OutgoingMessage<T> intercept(
      ProducerInterceptor interceptor, String topic, OutgoingMessage<T> message) {
    OutgoingMessage<T> result;
    try {
      result = interceptor.onSend(topic, message);
    } catch (RuntimeException e) {
      throw new InterceptorException(
          "send to '"
              + topic
              + "': interceptor "
              + interceptor.getClass().getName()
              + " threw "
              + e
              + "; nothing was sent",
          e);
    }
    if (result == null) {
      throw new InterceptorException(
          "send to '"
              + topic
              + "': interceptor "
              + interceptor.getClass().getName()
              + " returned null; it must return the message, or throw to refuse it."
              + " Nothing was sent");
    }
    return result;
  }
}
