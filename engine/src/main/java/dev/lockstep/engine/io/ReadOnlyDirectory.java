package dev.lockstep.engine.io;

import dev.lockstep.InvalidConfigException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A directory that nobody holds, read and never changed: not a byte, not a name. Nobody can open it
 * for work meanwhile. What would change it throws {@link UnsupportedOperationException}.
 */
public final class ReadOnlyDirectory implements Storage {
  private final Path directory;
  private final DirectoryLock lock;
  private final AtomicBoolean closed = new AtomicBoolean();

  private ReadOnlyDirectory(Path directory, DirectoryLock lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Opens a directory to read it.
   *
   * @throws InvalidConfigException if there is no such directory, or it can't be read
   * @throws dev.lockstep.DirectoryHeldException if it is open; the message names the holder
   */
  public static ReadOnlyDirectory open(Path configured) throws IOException {
    Path directory = configured.toAbsolutePath();
    if (!Files.isDirectory(directory)) {
      throw new InvalidConfigException(
          (Files.exists(directory) ? "it is not a directory: " : "there is no directory ")
              + directory
              + "; name the data directory of a log");
    }
    if (!Files.isReadable(directory) || !Files.isExecutable(directory)) {
      throw new InvalidConfigException(
          "this process may not read directory "
              + directory
              + "; run it as the user who owns that directory");
    }
    return new ReadOnlyDirectory(directory, DirectoryLock.share(directory));
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
    checkOpen();
    return DirectoryFile.open(directory.resolve(FileNames.check(name)), StandardOpenOption.READ);
  }

  @Override
  public StorageFile create(String name) {
    throw unsupported("create " + name);
  }

  @Override
  public void rename(String from, String to) {
    throw unsupported("rename " + from);
  }

  @Override
  public void delete(String name) {
    throw unsupported("delete " + name);
  }

  @Override
  public void forceDirectory() {
    throw unsupported("force the directory");
  }

  @Override
  public void checkRoom(long bytes) {
    throw unsupported("write " + bytes + " bytes");
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

  private UnsupportedOperationException unsupported(String what) {
    return new UnsupportedOperationException(
        "can't " + what + ": " + directory + " is open for reading only");
  }

  private void checkOpen() throws IOException {
    if (closed.get()) {
      throw new ClosedChannelException();
    }
  }
}
