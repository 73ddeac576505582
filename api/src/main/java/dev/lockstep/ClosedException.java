package dev.lockstep;

/** The log, or the consumer, is closed. */
public final class ClosedException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0105";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public ClosedException(String message) {
    super(CODE, message);
  }
}
