package dev.lockstep.engine.io;

import dev.lockstep.engine.io.Faults.Fate;
import dev.lockstep.engine.io.Faults.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * A storage in memory whose power can be cut at any operation. Bytes are pending until their file
 * is forced, creations, renames and deletions until the directory is; {@link #afterCut} says what
 * is left of them. The same operations with the same seed always leave the same.
 *
 * <p>Each write, force, truncation, creation, rename, deletion and force of the directory is one
 * operation; reads are none.
 */
public final class PowerCutStorage implements Storage {
  /** What a cut does to all that is pending. */
  public enum Loss {
    /** Nothing pending survives. */
    DROP,
    /**
     * Everything survives, but stays pending: the process was killed and the machine lives. Also
     * the way to open the storage again after an orderly close.
     */
    KEEP,
    /** Each sector survives as it was after any of its writes, or not at all. */
    TEAR,
    /** Each write survives as a whole, or not at all, whatever became of those before it. */
    REORDER
  }

  private final long seed;
  private final Random random;
  private final SimulatedDirectory directory;
  private final Faults faults;
  private long limit = Long.MAX_VALUE / 2;
  private boolean closed;

  /**
   * An empty storage.
   *
   * @param seed decides what survives a cut
   */
  public PowerCutStorage(long seed) {
    this(seed, new SimulatedDirectory());
  }

  private PowerCutStorage(long seed, SimulatedDirectory directory) {
    this.seed = seed;
    this.directory = directory;
    this.random = dice(seed);
    this.faults = new Faults(seed);
  }

  /** Cuts the power at the n-th operation from now, which may still happen in part. */
  public synchronized void cutAfter(int n) {
    faults.cutAfter(n);
  }

  /** Makes the n-th write from now fail, after some of its bytes. */
  public synchronized void failWrite(int n) {
    faults.failWrite(n);
  }

  /**
   * Makes the n-th force from now fail, of a file or of the directory. What was pending then may or
   * may not survive a cut, and no later force of the file makes it durable, as on Linux.
   */
  public synchronized void failForce(int n) {
    faults.failForce(n);
  }

  /** Sets how many bytes all files together may have. */
  public synchronized void limitBytes(long bytes) {
    limit = bytes;
  }

  /** How many bytes all files together have. */
  public synchronized long bytes() {
    return directory.bytes();
  }

  /** How many operations have begun. */
  public synchronized int operations() {
    return faults.operations();
  }

  /** What a reader of a file sees, even while the power is off. */
  public synchronized byte[] contents(String name) {
    return existing(name).contents();
  }

  /** Changes bytes of a file, on the disk and as seen, as a fault of the disk does. */
  public synchronized void damage(String name, int offset, byte... bytes) {
    SimulatedFile file = existing(name);
    if (offset < 0 || offset + bytes.length > file.size()) {
      throw new IllegalArgumentException(name + " has " + file.size() + " bytes");
    }
    file.damage(offset, bytes);
  }

  /**
   * Cuts the power, if it is still on, and says what the next start finds. May be called again, for
   * another loss of the same cut; each storage that it returns is on its own.
   */
  public synchronized PowerCutStorage afterCut(Loss loss) {
    faults.cutNow();
    return ifCutNow(loss);
  }

  /** The storage as a cut would leave it now; the power stays on in this one. */
  public synchronized PowerCutStorage ifCutNow(Loss loss) {
    long nextSeed = dice(1_000_003 * seed + faults.operations()).nextLong();
    PowerCutStorage next = new PowerCutStorage(nextSeed, directory.after(loss, dice(nextSeed)));
    next.limit = limit;
    return next;
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public synchronized List<String> names() throws IOException {
    checkUsable();
    return directory.names();
  }

  @Override
  public synchronized StorageFile open(String name) throws IOException {
    checkUsable();
    return new Handle(name, directory.find(FileNames.check(name)));
  }

  @Override
  public synchronized StorageFile create(String name) throws IOException {
    checkUsable();
    SimulatedFile file = new SimulatedFile();
    if (happens("create " + FileNames.check(name))) {
      directory.create(name, file);
    }
    faults.checkPower();
    return new Handle(name, file);
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    checkUsable();
    SimulatedFile file = directory.find(FileNames.check(from));
    if (happens("rename " + from + " to " + FileNames.check(to))) {
      directory.rename(from, to, file);
    }
    faults.checkPower();
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    checkUsable();
    if (happens("delete " + FileNames.check(name))) {
      directory.delete(name);
    }
    faults.checkPower();
  }

  @Override
  public synchronized void forceDirectory() throws IOException {
    checkUsable();
    switch (faults.begin(Kind.FORCE, "force of the directory")) {
      case CUT -> faults.checkPower();
      case FAILED -> throw new IOException("force of the directory failed, as ordered");
      case DONE -> directory.force();
    }
  }

  @Override
  public synchronized void checkRoom(long bytes) throws IOException {
    checkUsable();
    if (limit - directory.bytes() < bytes) {
      throw new OutOfSpaceException("no space left for " + bytes + " bytes");
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  @Override
  public synchronized String toString() {
    return "PowerCutStorage(" + faults + ")";
  }

  /** Whether an operation that can't be half done happens: one that is cut may, or may not. */
  private boolean happens(String what) throws PowerCut {
    return faults.begin(Kind.OTHER, what) == Fate.DONE || random.nextBoolean();
  }

  private void checkUsable() throws IOException {
    faults.checkPower();
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  private SimulatedFile existing(String name) {
    try {
      return directory.find(name);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("no file " + name + " among " + directory.names(), e);
    }
  }

  /** The first numbers of a Random are nearly the same for seeds that are near each other. */
  private static Random dice(long seed) {
    return new Random(new SplittableRandom(seed).nextLong());
  }

  private static int index(long offset) {
    if (offset < 0) {
      throw new IllegalArgumentException("negative offset " + offset);
    }
    return Math.toIntExact(offset);
  }

  private final class Handle implements StorageFile {
    private final String name;
    private final SimulatedFile file;
    private boolean closed;

    Handle(String name, SimulatedFile file) {
      this.name = name;
      this.file = file;
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
      synchronized (PowerCutStorage.this) {
        int start = index(offset);
        byte[] bytes = new byte[source.remaining()];
        checkHandle();
        source.get(bytes);
        Fate fate = faults.begin(Kind.WRITE, "write " + name + " " + offset + "+" + bytes.length);
        if (fate != Fate.DONE) {
          file.write(start, Arrays.copyOf(bytes, anyPart(start, bytes.length)));
          faults.checkPower();
          throw new IOException("write to " + name + " failed, as ordered");
        }
        int room = room(start, bytes.length);
        file.write(start, Arrays.copyOf(bytes, room));
        if (room < bytes.length) {
          throw new OutOfSpaceException("no space left to write " + name, new IOException("full"));
        }
      }
    }

    @Override
    public int read(long offset, ByteBuffer target) throws IOException {
      synchronized (PowerCutStorage.this) {
        checkHandle();
        return file.read(index(offset), target);
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (PowerCutStorage.this) {
        checkHandle();
        switch (faults.begin(Kind.FORCE, "force of " + name)) {
          case CUT -> faults.checkPower();
          case FAILED -> {
            file.failForce();
            throw new IOException("force of " + name + " failed, as ordered");
          }
          case DONE -> file.force();
        }
      }
    }

    @Override
    public long size() throws IOException {
      synchronized (PowerCutStorage.this) {
        checkHandle();
        return file.size();
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (PowerCutStorage.this) {
        checkHandle();
        if (size < 0 || size > file.size()) {
          throw new IllegalArgumentException(
              "can't cut " + name + " of " + file.size() + " bytes to " + size);
        }
        if (happens("truncate " + name + " to " + size)) {
          file.truncate(index(size));
        }
        faults.checkPower();
      }
    }

    @Override
    public void close() {
      synchronized (PowerCutStorage.this) {
        closed = true;
      }
    }

    private void checkHandle() throws IOException {
      faults.checkPower();
      if (closed) {
        throw new ClosedChannelException();
      }
    }

    /** How many bytes of a write that went wrong were taken: up to a sector, none or all. */
    private int anyPart(int start, int length) {
      int first = start / Image.SECTOR;
      int last = (start + length) / Image.SECTOR + 1;
      int end = (first + random.nextInt(last - first + 1)) * Image.SECTOR;
      return Math.max(0, Math.min(end - start, length));
    }

    /** How many bytes of a write the disk has room for. */
    private int room(int start, int length) {
      long end = Math.max(file.size(), file.size() + (limit - directory.bytes()));
      return (int) Math.max(0, Math.min(end - start, length));
    }
  }
}
