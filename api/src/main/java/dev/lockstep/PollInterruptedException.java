package dev.lockstep;

/**
 * The thread was interrupted while its poll waited for messages. Its interrupt flag is still set;
 * nothing was taken.
 */
public final class PollInterruptedException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0113";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public PollInterruptedException(String message) {
    super(CODE, message);
  }

  /**
   * An exception with a cause.
   *
   * @param message what, which, why and the remedy
   * @param cause what led to it
   */
  public PollInterruptedException(String message, Throwable cause) {
    super(CODE, message, cause);
  }
}
