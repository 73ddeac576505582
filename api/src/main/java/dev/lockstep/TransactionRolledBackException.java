package dev.lockstep;

/**
 * The transaction was rolled back instead of committed, and nothing of it happened: it was marked
 * so, or its acknowledgements were no longer current. Retriable.
 */
public class TransactionRolledBackException extends LockstepException {
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

  /**
   * For a cause that has a code of its own.
   *
   * @param code a code of the form LSTP-nnnn
   * @param message what, which, why and the remedy
   */
  TransactionRolledBackException(String code, String message) {
    super(code, message);
  }

  @Override
  public boolean isRetriable() {
    return true;
  }
}
