package dev.lockstep;

/**
 * A send or a poll outside a transaction, where {@link OutsideTransaction#REJECT} is in force.
 * Nothing was sent or taken.
 */
public final class NoTransactionException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0107";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public NoTransactionException(String message) {
    super(CODE, message);
  }
}
