package dev.lockstep;

/**
 * There is no transaction of that identity to decide or to forget: it never was in doubt here, or
 * it is decided, or forgotten.
 */
public final class UnknownTransactionException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0122";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public UnknownTransactionException(String message) {
    super(CODE, message);
  }
}
