package dev.lockstep.engine.io;

import java.util.regex.Pattern;

/** Which names a file of a storage can have: the same in every implementation. */
final class FileNames {
  /** Belongs to the storage itself. */
  static final String LOCK = "lock";

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");

  private FileNames() {}

  static String check(String name) {
    if (!PLAIN.matcher(name).matches() || name.equals(LOCK)) {
      throw new IllegalArgumentException("'" + name + "' can't name a file of the log");
    }
    return name;
  }
}
