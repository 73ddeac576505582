package dev.lockstep;

/**
 * The transaction was rolled back instead of committed, and nothing of it happened: it was marked
 * so, or its acknowledgements were no longer current. Retriable.
 */
public final class TransactionRolledBackException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0109";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public TransactionRolledBackException(String message) {
    super(CODE, message);
  }

  /**
   * An exception with a cause.
   *
   * @param message what, which, why and the remedy
   * @param cause what led to it
   */
  public TransactionRolledBackException(String message, Throwable cause) {
    super(CODE, message, cause);
  }

  @Override
  public boolean isRetriable() {
    return true;
  }
}
