package dev.lockstep;

/**
 * The root of all exceptions of Lockstep. The message says what happened, to which thing, why, and
 * what to do; the code is stable and never reused.
 */
public abstract class LockstepException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The stable code, for example LSTP-0107. */
  private final String code;

  /**
   * An exception without a cause.
   *
   * @param code a code of the form LSTP-nnnn
   * @param message what, which, why and the remedy
   */
  protected LockstepException(String code, String message) {
    super(code + ": " + message);
    this.code = code;
  }

  /**
   * An exception with a cause.
   *
   * @param code a code of the form LSTP-nnnn
   * @param message what, which, why and the remedy
   * @param cause what led to it
   */
  protected LockstepException(String code, String message, Throwable cause) {
    super(code + ": " + message, cause);
    this.code = code;
  }

  /**
   * The stable code, as in {@code LSTP-0107}.
   *
   * @return the code
   */
  public final String code() {
    return code;
  }

  /**
   * Whether the same transaction, begun anew, may succeed.
   *
   * @return true if a retry makes sense
   */
  public boolean isRetriable() {
    return false;
  }
}
