package dev.lockstep.cli;

import java.io.IOException;
import java.io.Writer;

/**
 * What is printed goes through this. A {@link java.io.PrintWriter} swallows failures; here they end
 * the command: what can't be written is of no use, and nobody waits for the rest of it.
 */
final class Output extends Writer {
  private final Writer target;

  /** Output that can't be written. */
  static final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private FailedException(IOException cause) {
      super("the output can't be written: " + cause.getMessage(), cause);
    }
  }

  Output(Writer target) {
    this.target = target;
  }

  @Override
  public void write(char[] text, int offset, int length) {
    try {
      target.write(text, offset, length);
    } catch (IOException e) {
      throw new FailedException(e);
    }
  }

  @Override
  public void flush() {
    try {
      target.flush();
    } catch (IOException e) {
      throw new FailedException(e);
    }
  }

  @Override
  public void close() {
    try {
      target.close();
    } catch (IOException e) {
      throw new FailedException(e);
    }
  }
}
