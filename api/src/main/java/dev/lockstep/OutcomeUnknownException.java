package dev.lockstep;

/**
 * The log failed while it made this transaction durable: it is neither committed nor rolled back
 * until the next open says which. Never retry on it.
 */
public final class OutcomeUnknownException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0304";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public OutcomeUnknownException(String message) {
    super(CODE, message);
  }

  /**
   * An exception with a cause.
   *
   * @param message what, which, why and the remedy
   * @param cause what led to it
   */
  public OutcomeUnknownException(String message, Throwable cause) {
    super(CODE, message, cause);
  }
}
