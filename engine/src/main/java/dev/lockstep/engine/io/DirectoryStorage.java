package dev.lockstep.engine.io;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A directory on a local disk, held by this process for as long as the storage is open. */
public final class DirectoryStorage implements Storage {
  private final Path directory;
  private final DirectoryLock lock;
  private final AtomicBoolean closed = new AtomicBoolean();

  private DirectoryStorage(Path directory, DirectoryLock lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Opens a directory, and creates it if it is absent. Whether it is on a file system that is safe,
   * {@link DataDirectory#examine} says.
   *
   * @param directory the directory
   * @return the storage
   * @throws dev.lockstep.InvalidConfigException if it can't be created or written to; the message
   *     names the path and the remedy
   * @throws dev.lockstep.DirectoryHeldException if it is open already; the message names the holder
   */
  public static DirectoryStorage open(Path directory) throws IOException {
    Path usable = DataDirectory.prepare(directory);
    return new DirectoryStorage(usable, DirectoryLock.take(usable));
  }

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public List<String> names() throws IOException {
    checkOpen();
    return DirectoryListing.names(directory);
  }

  @Override
  public StorageFile open(String name) throws IOException {
    return DirectoryFile.open(path(name), StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public StorageFile create(String name) throws IOException {
    Path path = path(name);
    // Not truncated: the file that is replaced may still be read through its open handles.
    Files.deleteIfExists(path);
    return DirectoryFile.open(
        path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Path target = path(to);
    try {
      Files.move(path(from), target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw DirectoryFile.named(e, target, 1);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(path(name));
  }

  @Override
  public void forceDirectory() throws IOException {
    checkOpen();
    try {
      Platform.forceDirectory(directory);
    } catch (IOException e) {
      throw DirectoryFile.named(e, directory, 1);
    }
  }

  @Override
  public void checkRoom(long bytes) throws IOException {
    checkOpen();
    long room = Files.getFileStore(directory).getUsableSpace();
    if (room >= 0 && room < bytes) { // less than 0: more than a long can say
      throw new OutOfSpaceException(
          "the disk has room for "
              + room
              + " bytes, and "
              + bytes
              + " are needed; free space on that disk, work then goes on by itself");
    }
  }

  @Override
  public void close() throws IOException {
    if (closed.compareAndSet(false, true)) {
      lock.close();
    }
  }

  @Override
  public String toString() {
    return location();
  }

  private Path path(String name) throws IOException {
    checkOpen();
    return directory.resolve(FileNames.check(name));
  }

  /** Whoever may hold the directory now must not find our hands in it. */
  private void checkOpen() throws IOException {
    if (closed.get()) {
      throw new ClosedChannelException();
    }
  }
}
