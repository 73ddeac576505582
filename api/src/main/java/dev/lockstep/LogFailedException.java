package dev.lockstep;

/**
 * A force of the log failed, and the log is out of use until it is opened again. The caller's
 * request was not carried out.
 */
public final class LogFailedException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0302";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public LogFailedException(String message) {
    super(CODE, message);
  }

  /**
   * An exception with a cause.
   *
   * @param message what, which, why and the remedy
   * @param cause what led to it
   */
  public LogFailedException(String message, Throwable cause) {
    super(CODE, message, cause);
  }
}
