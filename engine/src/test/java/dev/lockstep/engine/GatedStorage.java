package dev.lockstep.engine;

import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A storage that can hold back the forces of commits, each before it begins: so a test knows what
 * is written and not forced, and what one force will cover. It can hold back the reads of segments
 * by a thread likewise.
 */
final class GatedStorage implements Storage {
  /** Makes segments ahead of need, and forces them. */
  private static final String PASSING = "lockstep-segments";

  private static final String SEGMENT = "segment";

  private final Storage storage;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile String reader = "";
  private volatile String gatedReads = SEGMENT;
  private volatile boolean failing;
  private boolean held;
  private int waiting;
  private int passes;

  GatedStorage(Storage storage) {
    this.storage = storage;
  }

  /** Holds back the next force, and those behind it. */
  void hold() {
    lock.lock();
    try {
      held = true;
    } finally {
      lock.unlock();
    }
  }

  /** Makes reads of segments by threads of a name fail, or succeed again. */
  void failReadsOf(String thread, boolean fail) {
    failReadsOf(thread, SEGMENT, fail);
  }

  /**
   * Makes reads by threads of a name fail, or succeed again, of files with a part in their name.
   */
  void failReadsOf(String thread, String files, boolean fail) {
    reader = thread;
    gatedReads = files;
    failing = fail;
  }

  /** Holds back the reads of segments by threads of a name, instead of the forces of commits. */
  void holdReadsOf(String thread) {
    reader = thread;
    hold();
  }

  /** Lets the read go that is held back, and holds back forces again; waits for the first. */
  void holdForcesInstead() throws InterruptedException {
    awaitHeld();
    reader = "";
    passOne();
    awaitHeld();
  }

  /** Waits until a force, or a read, is held back. */
  void awaitHeld() throws InterruptedException {
    lock.lock();
    try {
      while (waiting == 0) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets the force go that is held back, but none behind it. */
  void passOne() throws InterruptedException {
    awaitHeld();
    lock.lock();
    try {
      passes++;
      changed.signalAll();
      while (passes > 0) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets everything go. */
  void release() {
    lock.lock();
    try {
      held = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void gate() {
    lock.lock();
    try {
      waiting++;
      changed.signalAll();
      while (held && passes == 0) {
        changed.awaitUninterruptibly();
      }
      passes = Math.max(0, passes - 1);
      waiting--;
      changed.signalAll();
    } finally {
      lock.unlock();
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
    return new GatedFile(storage.open(name), name);
  }

  @Override
  public StorageFile create(String name) throws IOException {
    return new GatedFile(storage.create(name), name);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    storage.rename(from, to);
  }

  @Override
  public void delete(String name) throws IOException {
    storage.delete(name);
  }

  @Override
  public void forceDirectory() throws IOException {
    storage.forceDirectory();
  }

  @Override
  public void checkRoom(long bytes) throws IOException {
    storage.checkRoom(bytes);
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }

  private final class GatedFile implements StorageFile {
    private final StorageFile file;
    private final String name;

    GatedFile(StorageFile file, String name) {
      this.file = file;
      this.name = name;
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
      file.write(offset, source);
    }

    @Override
    public int read(long offset, ByteBuffer target) throws IOException {
      if (name.contains(gatedReads) && Thread.currentThread().getName().equals(reader)) {
        gate();
        if (failing) {
          throw new IOException("Input/output error");
        }
      }
      return file.read(offset, target);
    }

    @Override
    public void force() throws IOException {
      boolean passes = Thread.currentThread().getName().equals(PASSING);
      if (reader.isEmpty() && name.contains(SEGMENT) && !passes) {
        gate();
      }
      file.force();
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
