package dev.lockstep.engine.io;

import java.io.IOException;

/** The disk, or the quota, has no room for what should be written. */
public final class OutOfSpaceException extends IOException {
  private static final long serialVersionUID = 1L;

  public OutOfSpaceException(String message) {
    super(message);
  }

  public OutOfSpaceException(String message, Throwable cause) {
    super(message, cause);
  }
}
