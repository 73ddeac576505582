package dev.lockstep;

/**
 * A transaction that is prepared and not decided stands in the way. Nothing was changed. Once it is
 * decided, by its transaction manager or through {@link Lockstep#transactions()}, the call can be
 * made again. Retriable.
 */
public final class InDoubtException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0115";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public InDoubtException(String message) {
    super(CODE, message);
  }

  @Override
  public boolean isRetriable() {
    return true;
  }
}
