package dev.lockstep.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * Passes the calls of an interface on, except those that a subclass answers itself. The interfaces
 * of JDBC have some hundred methods, which grow with each Java release. Internal to Lockstep.
 */
public abstract class Invocation implements InvocationHandler {
  private final Object delegate;

  /**
   * Passes calls on.
   *
   * @param delegate the object that answers those that this does not
   */
  protected Invocation(Object delegate) {
    this.delegate = delegate;
  }

  /**
   * An object of an interface whose calls this answers.
   *
   * @param <T> the interface
   * @param type the interface
   * @return a new object; all of one invocation answer alike, and equal themselves alone
   */
  public final <T> T as(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {type}, this));
  }

  @Override
  public final @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> answer(method, arguments == null ? new Object[0] : arguments);
    };
  }

  /**
   * Answers a call; {@link #pass} is the answer to those that need nothing else.
   *
   * @param method the method
   * @param arguments its arguments
   * @return its result
   * @throws Throwable what the method throws
   */
  protected abstract @Nullable Object answer(Method method, @Nullable Object[] arguments)
      throws Throwable;

  /**
   * Passes a call on.
   *
   * @param method the method
   * @param arguments its arguments
   * @return what the delegate returns
   * @throws Throwable what the delegate throws
   */
  protected final @Nullable Object pass(Method method, @Nullable Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(delegate, arguments);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      throw cause == null ? e : cause;
    }
  }
}
