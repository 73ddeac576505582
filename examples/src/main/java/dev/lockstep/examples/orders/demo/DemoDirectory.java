package dev.lockstep.examples.orders.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The directory of one demo: new or empty at its start, its own while it runs. */
final class DemoDirectory {
  private static final String LOCK_FILE = "demo.lock";

  /** What becomes of its content at the end. */
  enum Retention {
    KEEP,
    DELETE
  }

  private final Path path;

  /** The topmost directory that did not exist before. */
  private final Optional<Path> created;

  private final FileChannel lockFile;
  private volatile Retention retention = Retention.DELETE;

  private DemoDirectory(Path path, Optional<Path> created, FileChannel lockFile) {
    this.path = path;
    this.created = created;
    this.lockFile = lockFile;
  }

  /**
   * Creates the directory where it is missing, and takes it.
   *
   * @throws DemoException if it can't be created, is held by another process, or holds something
   */
  static DemoDirectory take(Path wanted) {
    Path path = wanted.toAbsolutePath().normalize();
    Optional<Path> created = topmostMissing(path);
    try {
      refuseIfHeld(path);
      refuseUnlessEmpty(path);
      Files.createDirectories(path);
      return new DemoDirectory(path, created, lock(path));
    } catch (IOException e) {
      created.filter(Files::exists).ifPresent(DemoDirectory::delete);
      throw new DemoException(
          "cannot use the directory "
              + path
              + ": "
              + reason(e)
              + "; name one that can be written to",
          e);
    }
  }

  private static String reason(IOException failure) {
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failure instanceof NoSuchFileException) {
      return "no directory can be created there";
    }
    return failure instanceof FileSystemException system && system.getReason() != null
        ? system.getReason()
        : failure.toString();
  }

  private static Optional<Path> topmostMissing(Path path) {
    Optional<Path> missing = Optional.empty();
    for (Path at = path; at != null && Files.notExists(at); at = at.getParent()) {
      missing = Optional.of(at);
    }
    return missing;
  }

  private static void refuseIfHeld(Path path) throws IOException {
    Path file = path.resolve(LOCK_FILE);
    if (!Files.isRegularFile(file)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (tryLock(channel).isEmpty()) {
        throw new DemoException(
            "the directory "
                + path
                + " is held by another demo (process "
                + Files.readString(file).strip()
                + "); wait for its end, or name another directory with --dir");
      }
    }
  }

  private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException e) {
      // Held by this very process.
      return Optional.empty();
    }
  }

  private static void refuseUnlessEmpty(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    if (!Files.isDirectory(path)) {
      throw new DemoException(path + " is not a directory; name one that is empty or absent");
    }
    try (Stream<Path> entries = Files.list(path)) {
      if (entries.findAny().isPresent()) {
        throw new DemoException(
            "the directory "
                + path
                + " is not empty, and the demo deletes nothing that is not its own;"
                + " name one that is empty or absent");
      }
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (tryLock(channel).isEmpty()) {
      channel.close();
      throw new DemoException("the directory " + path + " is held by another demo; name another");
    }
    String pid = ProcessHandle.current().pid() + "\n";
    channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
    return channel;
  }

  Path path() {
    return path;
  }

  /** Says what {@link #release()} will do with its content; by default it is deleted. */
  void retain(Retention wanted) {
    retention = wanted;
  }

  /** Gives it free, with its content or without all that the demo made. */
  void release() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot release " + path, e);
    }
    if (retention == Retention.DELETE) {
      delete();
    }
  }

  private void delete() {
    if (created.isEmpty()) {
      empty(path);
      return;
    }
    delete(path);
    // Another demo may use one of the parents by now: only empty ones go.
    Path top = created.get();
    Path parent = path.getParent();
    while (parent != null && parent.startsWith(top) && deleteIfEmpty(parent)) {
      parent = parent.getParent();
    }
  }

  private static boolean deleteIfEmpty(Path directory) {
    try {
      return Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory, e);
    }
  }

  private static void empty(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      entries.forEach(DemoDirectory::delete);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot empty " + directory, e);
    }
  }

  private static void delete(Path top) {
    try (Stream<Path> tree = Files.walk(top)) {
      List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + top, e);
    }
  }
}
