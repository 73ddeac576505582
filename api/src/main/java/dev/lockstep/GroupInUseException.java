package dev.lockstep;

/**
 * A group can't be moved or deleted now: a transaction that is not decided holds acknowledgements
 * of it, or it has members. Nothing was changed.
 */
public final class GroupInUseException extends LockstepException {
  private static final long serialVersionUID = 1L;
  private static final String CODE = "LSTP-0114";

  /**
   * An exception with the given message.
   *
   * @param message what, which, why and the remedy
   */
  public GroupInUseException(String message) {
    super(CODE, message);
  }
}
