package dev.lockstep;

/** A poll was ended by {@link Consumer#wakeup()}. Nothing was taken. */
public final class WakeupException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0104";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public WakeupException(String message) {
    super(CODE, message);
  }
}
