package dev.lockstep.rar;

import dev.lockstep.InvalidConfigException;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a listener, to be told all at once. Not thread-safe. */
final class Problems {
  private final List<String> found = new ArrayList<>();
  private String where = "";

  /** What the next problems are about. */
  void in(String place) {
    where = place;
  }

  void add(String problem) {
    found.add(where + ": " + problem);
  }

  void check(boolean valid, String name, Object value, String remedy) {
    if (!valid) {
      add(name + " is " + value + "; it must be " + remedy);
    }
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /**
   * Ends the collection.
   *
   * @throws InvalidConfigException if there is a problem
   */
  void refuse() {
    if (!found.isEmpty()) {
      throw new InvalidConfigException(String.join("; ", found));
    }
  }
}
