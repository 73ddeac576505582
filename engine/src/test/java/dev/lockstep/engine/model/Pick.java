package dev.lockstep.engine.model;

import java.util.Collection;
import java.util.List;

/** Chooses from what is there. */
final class Pick {
  private Pick() {}

  static <T> T of(Collection<T> some, int number) {
    return List.copyOf(some).get(Math.floorMod(number, some.size()));
  }
}
