package dev.lockstep.engine.inspect;

import dev.lockstep.engine.log.LogIdentity;

/** Which files of a directory are those of a log. */
final class DirectoryFiles {
  static final String CHECKPOINT = "checkpoint";

  private DirectoryFiles() {}

  static boolean belongsToALog(String name) {
    return name.equals(LogIdentity.FILE)
        || name.equals(CHECKPOINT)
        || name.endsWith(".segment")
        || isIndex(name);
  }

  static boolean isIndex(String name) {
    return name.endsWith(".index");
  }

  static boolean isTemporary(String name) {
    return name.endsWith(".tmp");
  }
}
