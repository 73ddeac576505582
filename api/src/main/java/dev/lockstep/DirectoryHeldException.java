package dev.lockstep;

/**
 * The data directory is open already, in another process or in this one. The message names the
 * holder.
 */
public final class DirectoryHeldException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0202";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public DirectoryHeldException(String message) {
    super(CODE, message);
  }
}
