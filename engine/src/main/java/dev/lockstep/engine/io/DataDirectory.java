package dev.lockstep.engine.io;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.FileSystemKind;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds or makes the directory of a storage, and says what is wrong with it. */
public final class DataDirectory {
  private static final String ELSEWHERE =
      "set lockstep.data-dir to a directory on a local disk that this process may write to";

  private final Path directory;
  private final Deque<Path> missing = new ArrayDeque<>();
  private final Optional<Path> existing;

  private DataDirectory(Path configured) {
    this.directory = configured.toAbsolutePath();
    Path path = directory;
    while (path != null && !Files.exists(path)) {
      missing.push(path);
      path = path.getParent();
    }
    this.existing = Optional.ofNullable(path);
  }

  /**
   * Looks at a directory, or at what it would be created in, and changes nothing.
   *
   * @param configured the directory as it was configured
   * @param needed how many bytes should be free
   * @return what is wrong with it
   */
  public static List<Finding> examine(Path configured, long needed) {
    DataDirectory directory = new DataDirectory(configured);
    List<Finding> findings = new ArrayList<>();
    directory.unusable().ifPresent(findings::add);
    if (findings.isEmpty()) {
      try {
        directory.examine(needed, findings);
      } catch (IOException e) {
        findings.add(
            Finding.warn(
                "LSTP-0906",
                "can't tell on which file system the data directory "
                    + directory.directory
                    + " is ("
                    + e
                    + ")",
                "make sure that it is a local disk"));
      }
    }
    return findings;
  }

  /**
   * Makes sure that a directory is there, durably, and can be used. Nothing is created where the
   * answer is no.
   *
   * @param configured the directory as it was configured
   * @return its absolute path
   * @throws InvalidConfigException if it can't serve
   */
  static Path prepare(Path configured) {
    DataDirectory directory = new DataDirectory(configured);
    directory
        .unusable()
        .ifPresent(
            finding -> {
              throw new InvalidConfigException(finding.toString());
            });
    directory.missing.forEach(directory::create);
    return directory.directory;
  }

  private Optional<Finding> unusable() {
    if (existing.isEmpty()) {
      return Optional.of(
          Finding.refuse(
              "LSTP-0901",
              "data directory "
                  + directory
                  + " is on "
                  + directory.getRoot()
                  + ", which does not exist",
              ELSEWHERE));
    }
    Path path = existing.get();
    if (!Files.isDirectory(path)) {
      return Optional.of(
          Finding.refuse(
              "LSTP-0901",
              "data directory " + directory + " can't be used: " + path + " is not a directory",
              ELSEWHERE));
    }
    if (!Files.isWritable(path) || !Files.isExecutable(path)) {
      return Optional.of(
          Finding.refuse(
              "LSTP-0902",
              "data directory "
                  + directory
                  + " can't be used: this process may not write to "
                  + path,
              "give it the right to, or set lockstep.data-dir to another directory"));
    }
    return Optional.empty();
  }

  private void create(Path each) {
    try {
      Files.createDirectories(each);
      Path parent = each.getParent();
      if (parent != null) {
        Platform.forceDirectory(parent);
      }
    } catch (IOException e) {
      throw new InvalidConfigException(
          "data directory " + directory + " can't be created: " + e + "; " + ELSEWHERE, e);
    }
  }

  private void examine(long needed, List<Finding> findings) throws IOException {
    Path path = existing.orElseThrow();
    FileStore store = Files.getFileStore(path);
    fileSystem(directory, store.type()).ifPresent(findings::add);
    room(directory, store.getUsableSpace(), needed).ifPresent(findings::add);
    if (missing.isEmpty() && Platform.isPosix(path)) {
      permissions(directory, Files.getPosixFilePermissions(path)).ifPresent(findings::add);
    }
  }

  static Optional<Finding> fileSystem(Path directory, String type) {
    String where = "data directory " + directory + " is on a file system of type " + type;
    return switch (FileSystemKind.ofType(type)) {
      case LOCAL -> Optional.empty();
      case NETWORK ->
          Optional.of(
              Finding.refuseUnlessAllowed(
                  "LSTP-0903",
                  "network-file-system",
                  where
                      + ", which is reached over a network: its locks and forces don't hold when"
                      + " the connection fails",
                  "use a directory on a local disk"));
      case MEMORY ->
          Optional.of(
              Finding.refuseUnlessAllowed(
                  "LSTP-0904",
                  "tmpfs",
                  where + ", which is memory: a restart of the machine loses all of it",
                  "use a directory on a local disk"));
      case COPY_ON_WRITE ->
          Optional.of(
              Finding.warn(
                  "LSTP-0905",
                  where
                      + ", which copies on write: forces are slower there, and overwriting can run"
                      + " out of space",
                  "use ext4 or XFS, which suit the log better"));
    };
  }

  static Optional<Finding> room(Path directory, long usable, long needed) {
    if (usable < 0 || usable >= needed) { // less than 0: more than a long can say
      return Optional.empty();
    }
    return Optional.of(
        Finding.warn(
            "LSTP-0907",
            "the disk of data directory "
                + directory
                + " has room for "
                + usable
                + " bytes, which is less than "
                + needed
                + ": soon sends are refused",
            "free space on that disk"));
  }

  static Optional<Finding> permissions(Path directory, Set<PosixFilePermission> permissions) {
    if (!permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.warn(
            "LSTP-0908",
            "any user of the machine may write to data directory "
                + directory
                + ", and so replace or delete files of the log",
            "take that right away: chmod o-w " + directory));
  }
}
