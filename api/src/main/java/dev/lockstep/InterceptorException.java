package dev.lockstep;

/**
 * A configured interceptor has failed, and the call with it. The message names the interceptor;
 * what it threw is the cause. A send has sent nothing; of a poll nothing is acknowledged, and its
 * transaction can only be rolled back.
 */
public final class InterceptorException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0111";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public InterceptorException(String message) {
    super(CODE, message);
  }

  /**
   * An exception with a cause.
   *
   * @param message what, which, why and the remedy
   * @param cause what led to it
   */
  public InterceptorException(String message, Throwable cause) {
    super(CODE, message, cause);
  }
}
