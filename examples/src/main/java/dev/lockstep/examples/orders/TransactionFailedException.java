package dev.lockstep.examples.orders;

/**
 * A transaction did not commit, or it is not known whether it did. The same order may be placed
 * again in either case: its id tells.
 */
public final class TransactionFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * An exception with the given message.
   *
   * @param message what failed
   * @param cause why
   */
  public TransactionFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
