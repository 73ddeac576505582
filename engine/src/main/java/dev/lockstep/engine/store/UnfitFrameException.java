package dev.lockstep.engine.store;

/**
 * A frame that is whole and can't be applied: it does not fit the frames before it, or is of a kind
 * that this version does not know. Whoever opens the log is told by a {@link
 * dev.lockstep.CorruptLogException} that has this as its cause; a tool wants to know the place.
 */
public final class UnfitFrameException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long position;

  UnfitFrameException(long position, String message) {
    super(message);
    this.position = position;
  }

  UnfitFrameException(long position, String message, Throwable cause) {
    super(message, cause);
    this.position = position;
  }

  /** The position of the frame. */
  public long position() {
    return position;
  }
}
