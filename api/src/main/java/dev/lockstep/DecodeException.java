package dev.lockstep;

/**
 * A payload can't be decoded. The message says which topic, partition and offset; the codec's
 * exception is the cause.
 */
public final class DecodeException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0103";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public DecodeException(String message) {
    super(CODE, message);
  }

  /**
   * An exception with a cause.
   *
   * @param message what, which, why and the remedy
   * @param cause what led to it
   */
  public DecodeException(String message, Throwable cause) {
    super(CODE, message, cause);
  }
}
