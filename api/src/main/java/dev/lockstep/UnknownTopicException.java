package dev.lockstep;

/** There is no topic of that name. Create it first, or correct the name. */
public final class UnknownTopicException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0101";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public UnknownTopicException(String message) {
    super(CODE, message);
  }
}
