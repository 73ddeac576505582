package dev.lockstep;

/** Durable bytes of the log are damaged. The message names file and position. */
public final class CorruptLogException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0303";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public CorruptLogException(String message) {
    super(CODE, message);
  }

  /**
   * An exception with a cause.
   *
   * @param message what, which, why and the remedy
   * @param cause what led to it
   */
  public CorruptLogException(String message, Throwable cause) {
    super(CODE, message, cause);
  }
}
