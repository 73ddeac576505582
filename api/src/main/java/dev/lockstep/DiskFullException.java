package dev.lockstep;

/**
 * The disk has no room for more of the log. The transaction was not committed and nothing of it
 * happened; transactions that are prepared can still be decided. Work goes on by itself when there
 * is room again. Retriable.
 */
public final class DiskFullException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0301";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public DiskFullException(String message) {
    super(CODE, message);
  }

  /**
   * An exception with a cause.
   *
   * @param message what, which, why and the remedy
   * @param cause what led to it
   */
  public DiskFullException(String message, Throwable cause) {
    super(CODE, message, cause);
  }

  @Override
  public boolean isRetriable() {
    return true;
  }
}
