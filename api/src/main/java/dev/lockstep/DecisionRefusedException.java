package dev.lockstep;

/**
 * A transaction in doubt was not decided by hand, since that is not proven to be right. Nothing was
 * changed. The message says what is known, and what else can be done.
 */
public final class DecisionRefusedException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0123";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public DecisionRefusedException(String message) {
    super(CODE, message);
  }

  /**
   * An exception with a cause.
   *
   * @param message what, which, why and the remedy
   * @param cause why the decision can't be proven
   */
  public DecisionRefusedException(String message, Throwable cause) {
    super(CODE, message, cause);
  }
}
