package dev.lockstep.engine.io;

import java.io.IOException;

/** The power is off: thrown by the operation that it hit, and by all later ones. */
public final class PowerCut extends IOException {
  private static final long serialVersionUID = 1L;

  PowerCut(String message) {
    super(message);
  }
}
