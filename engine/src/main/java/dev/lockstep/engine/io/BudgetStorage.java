package dev.lockstep.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A storage whose files together never have more bytes than a budget: as a disk of that size. A
 * directory that has more already can be worked with, but not grow.
 */
public final class BudgetStorage implements Storage {
  private final Storage storage;
  private final long budget;
  private final Map<String, Size> sizes = new HashMap<>();
  private long used;

  /** The size of a file; of a deleted one it counts no more. */
  private static final class Size {
    private long bytes;
    private boolean counts = true;
  }

  private BudgetStorage(Storage storage, long budget) {
    this.storage = storage;
    this.budget = budget;
  }

  /**
   * Sets a budget for a storage.
   *
   * @param budget bytes of all files together
   */
  public static BudgetStorage of(Storage storage, long budget) throws IOException {
    BudgetStorage limited = new BudgetStorage(storage, budget);
    for (String name : storage.names()) {
      try (StorageFile file = storage.open(name)) {
        limited.resize(limited.size(name), file.size());
      }
    }
    return limited;
  }

  /** How many bytes the files have. */
  public synchronized long usedBytes() {
    return used;
  }

  private synchronized Size size(String name) {
    return sizes.computeIfAbsent(name, key -> new Size());
  }

  private synchronized void resize(Size size, long bytes) {
    if (size.counts) {
      used += bytes - size.bytes;
    }
    size.bytes = bytes;
  }

  private synchronized void grow(Size size, long bytes) throws OutOfSpaceException {
    if (bytes > size.bytes) {
      if (size.counts && used + bytes - size.bytes > budget) {
        throw overBudget(bytes - size.bytes);
      }
      resize(size, bytes);
    }
  }

  private OutOfSpaceException overBudget(long bytes) {
    return new OutOfSpaceException(
        "lockstep.disk-budget is "
            + budget
            + " bytes, the files in "
            + location()
            + " have "
            + used
            + ", and "
            + bytes
            + " more are needed; raise it, or keep messages for a shorter time");
  }

  private synchronized void forget(String name) {
    Size size = sizes.remove(name);
    if (size != null) {
      resize(size, 0);
      size.counts = false;
    }
  }

  private synchronized void renamed(String from, String to) {
    forget(to);
    Size size = sizes.remove(from);
    if (size != null) {
      sizes.put(to, size);
    }
  }

  @Override
  public String location() {
    return storage.location();
  }

  @Override
  public List<String> names() throws IOException {
    return storage.names();
  }

  @Override
  public StorageFile open(String name) throws IOException {
    return new BudgetFile(storage.open(name), size(name));
  }

  @Override
  public StorageFile create(String name) throws IOException {
    StorageFile file = storage.create(name);
    forget(name);
    return new BudgetFile(file, size(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    storage.rename(from, to);
    renamed(from, to);
  }

  @Override
  public void delete(String name) throws IOException {
    storage.delete(name);
    forget(name);
  }

  @Override
  public void forceDirectory() throws IOException {
    storage.forceDirectory();
  }

  @Override
  public void checkRoom(long bytes) throws IOException {
    synchronized (this) {
      if (used + bytes > budget) {
        throw overBudget(bytes);
      }
    }
    storage.checkRoom(bytes);
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }

  @Override
  public String toString() {
    return storage + " with a budget of " + budget + " bytes";
  }

  private final class BudgetFile implements StorageFile {
    private final StorageFile file;
    private final Size size;

    BudgetFile(StorageFile file, Size size) {
      this.file = file;
      this.size = size;
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
      grow(size, offset + source.remaining());
      boolean done = false;
      try {
        file.write(offset, source);
        done = true;
      } finally {
        if (!done) {
          measure();
        }
      }
    }

    /** After a write that failed on its way. */
    private void measure() {
      try {
        resize(size, file.size());
      } catch (IOException e) {
        // The write's own failure is the one to report; the size stays as large as it may be.
      }
    }

    @Override
    public int read(long offset, ByteBuffer target) throws IOException {
      return file.read(offset, target);
    }

    @Override
    public void force() throws IOException {
      file.force();
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(long bytes) throws IOException {
      file.truncate(bytes);
      resize(size, bytes);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
