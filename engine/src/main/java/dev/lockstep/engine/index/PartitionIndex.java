package dev.lockstep.engine.index;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import dev.lockstep.engine.log.FrameRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The index of one partition. The entries since the last checkpoint are in memory only, where a
 * replay puts them again after a crash; the older ones are in a file. Thread-safe.
 *
 * <p>The file needs no checksum: an entry names its offset, and the frame that it leads to is
 * checked on every read.
 */
public final class PartitionIndex {
  private static final int COPY_ENTRIES = 1 << 15;

  private final Storage storage;
  private final String fileName;
  private Optional<StorageFile> file = Optional.empty();
  private List<IndexEntry> tail = new ArrayList<>();
  private long tailStart;
  private long claimed;
  private volatile long end;

  PartitionIndex(Storage storage, String fileName, long stored) {
    this.storage = storage;
    this.fileName = fileName;
    this.tailStart = stored;
    this.claimed = stored;
    this.end = stored;
  }

  /** Claims offsets. Called under the log's lock, so that offset order is log order. */
  public long claim(int count) {
    long first = claimed;
    claimed += count;
    return first;
  }

  /** Claims offsets again that a commit frame names, while the log is replayed. */
  void reclaim(long first, int count) {
    if (first != claimed) {
      throw new IllegalStateException(
          fileName + ": a commit gives offset " + first + " where " + claimed + " is next");
    }
    claimed += count;
  }

  /** Makes the message at the next offset visible. */
  synchronized void add(FrameRef frame, long time) {
    tail.add(new IndexEntry(frame, end, time));
    end++;
  }

  /** The end of what is visible: the offset that the next message will have. */
  public long end() {
    return end;
  }

  /** The frames of up to so many visible messages from an offset. */
  public List<FrameRef> frames(long from, int max) throws IOException {
    int count = (int) Math.min(max, end - from);
    List<FrameRef> frames = new ArrayList<>(Math.max(count, 0));
    while (frames.size() < count) {
      long next = from + frames.size();
      if (!addFromTail(next, count, frames)) {
        addFromFile(next, count, frames);
      }
    }
    return frames;
  }

  private synchronized boolean addFromTail(long next, int count, List<FrameRef> frames) {
    if (next < tailStart) {
      return false;
    }
    int at = (int) (next - tailStart);
    for (int n = count - frames.size(); n > 0; n--) {
      frames.add(tail.get(at++).frame());
    }
    return true;
  }

  private void addFromFile(long next, int count, List<FrameRef> frames) throws IOException {
    long stored = storedEnd();
    int n = (int) Math.min(count - frames.size(), stored - next);
    ByteBuffer buffer = ByteBuffer.allocate(n * IndexEntry.LENGTH);
    openFile().read(next * IndexEntry.LENGTH, buffer);
    if (buffer.hasRemaining()) {
      throw damaged(next);
    }
    buffer.flip();
    for (int i = 0; i < n; i++) {
      IndexEntry entry = IndexEntry.get(buffer);
      if (entry.offset() != next + i || !entry.frame().isPlausible()) {
        throw damaged(next + i);
      }
      frames.add(entry.frame());
    }
  }

  private CorruptLogException damaged(long offset) {
    return new CorruptLogException(
        "the entry of offset "
            + offset
            + " in file '"
            + fileName
            + "' in "
            + storage.location()
            + " is damaged. Close the log, delete that file, and open the log again: it is rebuilt");
  }

  private synchronized long storedEnd() {
    return tailStart;
  }

  /** Whether the file has the entries that a checkpoint counts on. */
  boolean hasStored() throws IOException {
    if (tailStart == 0) {
      return true;
    }
    try {
      return existing().size() >= tailStart * IndexEntry.LENGTH;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Writes the entries below an offset to the file and forces it. */
  void store(long toOffset) throws IOException {
    boolean dirty = false;
    while (storedEnd() < toOffset) {
      ByteBuffer copy = copyTail(toOffset);
      openFile().write(storedEnd() * IndexEntry.LENGTH, copy);
      dropTail(copy.limit() / IndexEntry.LENGTH);
      dirty = true;
    }
    if (dirty) {
      openFile().force();
    }
  }

  private synchronized ByteBuffer copyTail(long toOffset) {
    int count = (int) Math.min(COPY_ENTRIES, toOffset - tailStart);
    ByteBuffer copy = ByteBuffer.allocate(count * IndexEntry.LENGTH);
    tail.subList(0, count).forEach(entry -> entry.put(copy));
    return copy.flip();
  }

  private synchronized void dropTail(int count) {
    tail = new ArrayList<>(tail.subList(count, tail.size()));
    tailStart += count;
  }

  private synchronized StorageFile openFile() throws IOException {
    try {
      return existing();
    } catch (NoSuchFileException e) {
      StorageFile created = storage.create(fileName);
      file = Optional.of(created);
      return created;
    }
  }

  /** The file, without a look at the directory: there may be thousands of them. */
  private synchronized StorageFile existing() throws IOException {
    if (file.isEmpty()) {
      file = Optional.of(storage.open(fileName));
    }
    return file.get();
  }

  synchronized void close() throws IOException {
    if (file.isPresent()) {
      file.get().close();
      file = Optional.empty();
    }
  }
}
