package dev.lockstep;

/**
 * The disk did not give bytes of the log. They may be sound: this is neither damage nor a failure
 * of the log, which stays open. Reading goes on where it stopped, with the next poll.
 */
public final class ReadFailedException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0305";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public ReadFailedException(String message) {
    super(CODE, message);
  }

  /**
   * An exception with a cause.
   *
   * @param message what, which, why and the remedy
   * @param cause what led to it
   */
  public ReadFailedException(String message, Throwable cause) {
    super(CODE, message, cause);
  }
}
