package dev.lockstep.engine.model;

import java.io.IOException;

/** The log is closed in order and opened again. */
record Reopen() implements Operation {
  @Override
  public void on(History history) throws IOException {
    history.closeAndOpen();
  }
}
