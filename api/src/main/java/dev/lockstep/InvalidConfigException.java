package dev.lockstep;

/**
 * Something is configured wrongly. Where there are several problems, the message names all of them.
 */
public final class InvalidConfigException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0201";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public InvalidConfigException(String message) {
    super(CODE, message);
  }

  /**
   * An exception with a cause.
   *
   * @param message what, which, why and the remedy
   * @param cause what led to it
   */
  public InvalidConfigException(String message, Throwable cause) {
    super(CODE, message, cause);
  }
}
