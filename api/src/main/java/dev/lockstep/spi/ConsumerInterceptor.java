package dev.lockstep.spi;

import dev.lockstep.Message;
import java.util.List;

/**
 * Sees what a poll is about to return, and may replace or remove messages; those are acknowledged
 * with the others. Called on the polling thread, inside its transaction, only if there are
 * messages, in the order of the configuration, each with the result of the one before it.
 * Thread-safe. Later versions of this interface grow by default methods only.
 *
 * <p>After a rollback the same messages come again.
 */
@FunctionalInterface
public interface ConsumerInterceptor {
  /**
   * Messages are about to be returned.
   *
   * @param group the group that consumes them
   * @param messages the messages, in the order in which they are returned; not modifiable
   * @return what to return, or the same list
   * @param <T> the payload type
   * @throws RuntimeException to fail the poll, which throws {@link
   *     dev.lockstep.InterceptorException}; nothing of it is acknowledged
   */
  <T> List<Message<T>> onReceive(String group, List<Message<T>> messages);
}
