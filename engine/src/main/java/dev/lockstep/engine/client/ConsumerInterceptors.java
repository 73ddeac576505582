package dev.lockstep.engine.client;

import dev.lockstep.InterceptorException;
import dev.lockstep.Message;
import dev.lockstep.spi.ConsumerInterceptor;
import java.util.List;
import java.util.Objects;

/** The configured interceptors of polls, one after the other. Thread-safe, as they are. */
final class ConsumerInterceptors {
  private final List<ConsumerInterceptor> interceptors;

  ConsumerInterceptors(List<ConsumerInterceptor> interceptors) {
    this.interceptors = interceptors;
  }

  /**
   * What the interceptors make of the messages of a poll.
   *
   * @throws InterceptorException if one throws, or returns null or a list with a null
   */
  <T> List<Message<T>> intercept(String group, String topic, List<Message<T>> messages) {
    if (messages.isEmpty()) {
      return messages;
    }
    List<Message<T>> current = messages;
    for (ConsumerInterceptor interceptor : interceptors) {
      current = intercept(interceptor, group, topic, current);
    }
    return current;
  }

  @SuppressWarnings("ConstantValue") // an interceptor may be compiled without null checks
  private static <T> List<Message<T>> intercept(
      ConsumerInterceptor interceptor, String group, String topic, List<Message<T>> messages) {
    List<Message<T>> result;
    try {
      result = interceptor.onReceive(group, messages);
    } catch (RuntimeException e) {
      throw new InterceptorException(
          failed(interceptor, group, topic) + "threw " + e + "; nothing of it is acknowledged", e);
    }
    if (result == null || result.stream().anyMatch(Objects::isNull)) {
      throw new InterceptorException(
          failed(interceptor, group, topic)
              + "returned "
              + (result == null ? "null" : "a list with null")
              + "; it must return the messages. Nothing of the poll is acknowledged");
    }
    return List.copyOf(result);
  }

  private static String failed(ConsumerInterceptor interceptor, String group, String topic) {
    return "poll of '"
        + topic
        + "' by group '"
        + group
        + "': interceptor "
        + interceptor.getClass().getName()
        + " ";
  }
}
