package dev.lockstep;

/**
 * A message or a transaction is larger than the configured limit. Nothing was sent; the transaction
 * can go on without it.
 */
public final class TooLargeException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0102";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public TooLargeException(String message) {
    super(CODE, message);
  }
}
