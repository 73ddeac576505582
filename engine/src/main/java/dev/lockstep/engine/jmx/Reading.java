package dev.lockstep.engine.jmx;

import dev.lockstep.LockstepException;
import java.util.function.Supplier;

/** Reads what a failed or closing log may refuse to show. */
final class Reading {
  private Reading() {}

  /** The value; a refusal becomes an exception that every JMX client has a class for. */
  static <T> T of(Supplier<T> value) {
    try {
      return value.get();
    } catch (LockstepException e) {
      throw new IllegalStateException(e.getMessage());
    }
  }

  /** The same for something that is done. */
  static void after(Runnable change) {
    try {
      change.run();
    } catch (LockstepException e) {
      throw new IllegalStateException(e.getMessage());
    }
  }
}
