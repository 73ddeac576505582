package dev.lockstep;

/**
 * Another transaction has sent a message of the same idempotency key to the topic, and is
 * undecided: whether this send is the first or a repeat shows when that one completes. Nothing was
 * sent; the transaction can go on without it. Retriable.
 */
public final class DuplicateInFlightException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0110";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public DuplicateInFlightException(String message) {
    super(CODE, message);
  }

  @Override
  public boolean isRetriable() {
    return true;
  }
}
