package dev.lockstep.engine.io;

import dev.lockstep.DirectoryHeldException;
import dev.lockstep.InvalidConfigException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The hold on a directory, alone or shared with others who only read: the operating system's lock
 * on its lock file, which ends with the process however that ends, and an entry among the system
 * properties.
 *
 * <p>The entry keeps this process from opening the lock file twice. On POSIX systems a process
 * loses its lock when it closes <em>any</em> of its handles of the file: an attempt that is refused
 * would give the directory away. System properties are the one place that the copies of this class
 * in all deployments of an application server see.
 */
final class DirectoryLock implements AutoCloseable {
  private static final String PROPERTY = "dev.lockstep.held.";

  /** Behind the text, since on Windows a locked range can't be read. */
  private static final long LOCKED_BYTE = 1L << 30;

  private static final int MAX_TEXT = 4096;

  private final String property;
  private final Optional<DirectoryFile> file;

  private DirectoryLock(String property, Optional<DirectoryFile> file) {
    this.property = property;
    this.file = file;
  }

  /** How a directory is locked. */
  @FunctionalInterface
  private interface Locking {
    Optional<DirectoryFile> lock(Path directory) throws IOException;
  }

  /** Holds a directory alone, and says so in its lock file. */
  static DirectoryLock take(Path directory) throws IOException {
    return register(directory, DirectoryLock::lock);
  }

  /**
   * Keeps a directory from being opened for as long as it is read, and leaves no trace in it. Other
   * processes may do the same. A directory without a lock file was never opened where it is now,
   * and nothing is locked.
   */
  static DirectoryLock share(Path directory) throws IOException {
    return register(directory, DirectoryLock::lockShared);
  }

  private static DirectoryLock register(Path directory, Locking locking) throws IOException {
    String property = PROPERTY + Platform.identity(directory);
    Object held = System.getProperties().putIfAbsent(property, describeThis());
    if (held != null) {
      throw heldHere(directory, held.toString());
    }
    try {
      return new DirectoryLock(property, locking.lock(directory));
    } catch (IOException | RuntimeException e) {
      System.getProperties().remove(property);
      throw e;
    }
  }

  private static Optional<DirectoryFile> lockShared(Path directory) throws IOException {
    Path lock = directory.resolve(FileNames.LOCK);
    if (!Files.exists(lock)) {
      return Optional.empty();
    }
    DirectoryFile file = DirectoryFile.open(lock, StandardOpenOption.READ);
    boolean keep = false;
    try {
      keep = isLocked(file, Sharing.SHARED);
      if (!keep) {
        throw heldElsewhere(directory, read(file));
      }
      return Optional.of(file);
    } catch (OverlappingFileLockException e) {
      keep = true; // as below: to close the file would free the directory under its holder
      throw heldHere(directory, "since an unknown time");
    } finally {
      if (!keep) {
        file.close();
      }
    }
  }

  private enum Sharing {
    EXCLUSIVE,
    SHARED
  }

  private static boolean isLocked(DirectoryFile file, Sharing sharing) throws IOException {
    return file.channel().tryLock(LOCKED_BYTE, 1, sharing == Sharing.SHARED) != null;
  }

  private static Optional<DirectoryFile> lock(Path directory) throws IOException {
    DirectoryFile file = open(directory.resolve(FileNames.LOCK), directory);
    boolean keep = false;
    try {
      if (!isLocked(file, Sharing.EXCLUSIVE)) {
        throw isLocked(file, Sharing.SHARED)
            ? heldByReader(directory)
            : heldElsewhere(directory, read(file));
      }
      write(file, LockHolder.thisProcess().text());
      keep = true;
      return Optional.of(file);
    } catch (OverlappingFileLockException e) {
      // Somebody replaced the system properties. To close the file would free the directory under
      // its holder, so it stays open.
      keep = true;
      throw heldHere(directory, "since an unknown time");
    } finally {
      if (!keep) {
        file.close();
      }
    }
  }

  private static DirectoryFile open(Path lock, Path directory) throws IOException {
    try {
      return DirectoryFile.open(
          lock, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (FileSystemException e) {
      // Typically a file of another user, under whom Lockstep ran before.
      throw new InvalidConfigException(
          "data directory "
              + directory
              + " can't be used: its lock file can't be opened ("
              + e
              + "); give this process the right to all files in it, or set lockstep.data-dir to"
              + " another directory",
          e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (file.isPresent()) {
        file.get().close();
      }
    } finally {
      System.getProperties().remove(property);
    }
  }

  private static String describeThis() {
    ClassLoader loader = DirectoryLock.class.getClassLoader();
    return "since " + Instant.now().truncatedTo(ChronoUnit.SECONDS) + " through " + loader;
  }

  private static DirectoryHeldException heldHere(Path directory, String how) {
    return new DirectoryHeldException(
        "data directory "
            + directory
            + " is held by this process (pid "
            + ProcessHandle.current().pid()
            + ") already, "
            + how
            + "; close that Lockstep first, or set lockstep.data-dir to another directory");
  }

  private static DirectoryHeldException heldElsewhere(Path directory, String text) {
    String who =
        LockHolder.parse(text)
            .map(h -> ", pid " + h.pid() + " on host " + h.host() + ", started " + h.started())
            .orElse(", which has not written its name yet");
    return new DirectoryHeldException(
        "data directory "
            + directory
            + " is held by another process"
            + who
            + "; stop that process, or set lockstep.data-dir to another directory");
  }

  /** Who only reads does not write its name into the lock file. */
  private static DirectoryHeldException heldByReader(Path directory) {
    return new DirectoryHeldException(
        "data directory "
            + directory
            + " is being read by another process, such as lockstep verify; wait until that has"
            + " ended, or stop it");
  }

  private static String read(DirectoryFile file) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(MAX_TEXT);
    file.read(0, text);
    return StandardCharsets.UTF_8.decode(text.flip()).toString();
  }

  private static void write(DirectoryFile file, String text) throws IOException {
    file.truncate(0);
    file.write(0, StandardCharsets.UTF_8.encode(text));
  }
}
