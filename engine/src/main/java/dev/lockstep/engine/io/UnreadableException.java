package dev.lockstep.engine.io;

import java.io.IOException;

/** The disk does not give what a file has. It may be sound, and what is written is not in doubt. */
public final class UnreadableException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * A read failed.
   *
   * @param name which file
   * @param location in which directory
   */
  public UnreadableException(String name, String location, IOException cause) {
    super("file '" + name + "' in " + location + " can't be read: " + cause.getMessage(), cause);
  }
}
