package dev.lockstep;

/**
 * The transaction was rolled back because it took longer than it may, and nothing of it happened.
 * Retriable.
 */
public final class TransactionTimedOutException extends TransactionRolledBackException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0120";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public TransactionTimedOutException(String message) {
    super(CODE, message);
  }
}
