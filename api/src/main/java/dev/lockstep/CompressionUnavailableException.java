package dev.lockstep;

/**
 * A topic's compression needs a library that is not there at run time. The message names the topic,
 * the compression and the module to add. Nothing was sent, changed or acknowledged.
 */
public final class CompressionUnavailableException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0112";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public CompressionUnavailableException(String message) {
    super(CODE, message);
  }

  /**
   * An exception with a cause.
   *
   * @param message what, which, why and the remedy
   * @param cause what led to it
   */
  public CompressionUnavailableException(String message, Throwable cause) {
    super(CODE, message, cause);
  }
}
