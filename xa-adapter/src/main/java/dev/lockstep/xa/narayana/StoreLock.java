package dev.lockstep.xa.narayana;

import dev.lockstep.InvalidConfigException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Holds a store for one process. Two processes on one store would take each other's transactions
 * for orphans, and roll back what the other is about to commit. The lock ends with the process.
 */
final class StoreLock implements AutoCloseable {
  private static final String FILE = "lockstep-store.lock";

  private final FileChannel channel;

  private StoreLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Creates the directory if need be, and holds it.
   *
   * @throws InvalidConfigException if it cannot be written, or is held already
   */
  static StoreLock hold(Path directory) {
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(
              directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      return hold(directory, channel);
    } catch (IOException e) {
      throw new InvalidConfigException(
          "the transaction store's directory "
              + directory
              + " cannot be created or written: "
              + e
              + ". Choose a directory that this process may write to",
          e);
    }
  }

  private static StoreLock hold(Path directory, FileChannel channel) throws IOException {
    boolean held = false;
    try {
      FileLock lock = channel.tryLock();
      held = lock != null;
    } catch (OverlappingFileLockException e) {
      held = false;
    } finally {
      if (!held) {
        channel.close();
      }
    }
    if (!held) {
      throw new InvalidConfigException(
          "the transaction store in "
              + directory
              + " is in use by another process, or twice in this one. Stop that one, or give each"
              + " its own directory and node id");
    }
    return new StoreLock(channel);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("the lock of the transaction store cannot be released", e);
    }
  }
}
