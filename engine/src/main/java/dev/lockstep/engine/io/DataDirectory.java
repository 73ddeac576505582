package dev.lockstep.engine.io;

import dev.lockstep.InvalidConfigException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** Finds or makes the directory of a storage, and refuses one that can't serve. */
final class DataDirectory {
  private static final System.Logger LOGGER = System.getLogger(DataDirectory.class.getName());

  private static final String REMEDY =
      "; set lockstep.data-dir to a directory on a local disk that this process may write to";

  private DataDirectory() {}

  /**
   * Makes sure that a directory is there, durably, and can be used. Nothing is created where the
   * answer is no.
   *
   * @param configured the directory as it was configured
   * @return its absolute path
   * @throws InvalidConfigException if it can't serve
   */
  static Path prepare(Path configured) {
    Path directory = configured.toAbsolutePath();
    Deque<Path> missing = new ArrayDeque<>();
    Path existing = directory;
    while (!Files.exists(existing)) {
      missing.push(existing);
      Path parent = existing.getParent();
      if (parent == null) {
        throw new InvalidConfigException(
            "data directory "
                + directory
                + " is on "
                + existing
                + ", which does not exist"
                + REMEDY);
      }
      existing = parent;
    }
    if (!Files.isDirectory(existing)) {
      throw new InvalidConfigException(
          "data directory "
              + directory
              + " can't be used: "
              + existing
              + " is not a directory"
              + REMEDY);
    }
    if (!Files.isWritable(existing) || !Files.isExecutable(existing)) {
      throw new InvalidConfigException(
          "data directory "
              + directory
              + " can't be used: this process may not write to "
              + existing
              + "; give it the right to, or set lockstep.data-dir to another directory");
    }
    checkFileSystem(directory, existing);
    missing.forEach(each -> create(each, directory));
    return directory;
  }

  private static void create(Path each, Path directory) {
    try {
      Files.createDirectories(each);
      Path parent = each.getParent();
      if (parent != null) {
        Platform.forceDirectory(parent);
      }
    } catch (IOException e) {
      throw new InvalidConfigException(
          "data directory " + directory + " can't be created: " + e + REMEDY, e);
    }
  }

  private static void checkFileSystem(Path directory, Path existing) {
    String type;
    try {
      type = Files.getFileStore(existing).type();
    } catch (IOException e) {
      LOGGER.log(
          Level.WARNING,
          "can''t tell on which file system the data directory {0} is ({1}); make sure that it is"
              + " a local disk",
          directory,
          e);
      return;
    }
    FileSystemCheck.check(directory, type, warning -> LOGGER.log(Level.WARNING, warning));
  }
}
