package dev.lockstep.engine.index;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.engine.io.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

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
  private final Tail tail;
  private Optional<StorageFile> file = Optional.empty();
  private long claimed;
  private volatile long end;

  PartitionIndex(Storage storage, String fileName, long stored) {
    this.storage = storage;
    this.fileName = fileName;
    this.tail = new Tail(stored);
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
  synchronized void add(MessageRef message, long time) {
    tail.add(message.frame(), time, message.traits());
    end = tail.end();
  }

  /** The first offset that may have a message: there is nothing below it. */
  public long first() {
    return 0;
  }

  /** The end of what is visible: the offset that the next message will have. */
  public long end() {
    return end;
  }

  /**
   * The first visible entries from an offset on, in the order of their offsets. Offsets without an
   * entry are left out, so that an empty list means that nothing is there up to {@link #end()}.
   *
   * @param from the smallest offset of interest
   * @param max how many entries at the most
   */
  public List<IndexEntry> entries(long from, int max) throws IOException {
    long start = Math.max(from, first());
    int count = (int) Math.min(max, end - start);
    List<IndexEntry> entries = new ArrayList<>(Math.max(count, 0));
    while (entries.size() < count) {
      long next = start + entries.size();
      if (!addFromTail(next, count, entries)) {
        addFromFile(next, count, entries);
      }
    }
    return entries;
  }

  /** The entry of an offset, if there is one. */
  public Optional<IndexEntry> entry(long offset) throws IOException {
    return entries(offset, 1).stream().filter(entry -> entry.offset() == offset).findFirst();
  }

  /** The first offset whose message was committed at a time or later, if there is one. */
  public OptionalLong offsetAt(Instant time) throws IOException {
    long millis = time.toEpochMilli();
    long low = first();
    long high = end;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (entries(middle, 1).get(0).time() < millis) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < end ? OptionalLong.of(low) : OptionalLong.empty();
  }

  /** How many messages there are from an offset, inclusive, to another, exclusive. */
  public long count(long from, long to) throws IOException {
    return Math.max(0, Math.min(to, end) - Math.max(from, first()));
  }

  private synchronized boolean addFromTail(long next, int count, List<IndexEntry> entries) {
    if (next < tail.start()) {
      return false;
    }
    for (long offset = next; entries.size() < count; offset++) {
      entries.add(tail.entry(offset));
    }
    return true;
  }

  private void addFromFile(long next, int count, List<IndexEntry> entries) throws IOException {
    int n = (int) Math.min(count - entries.size(), storedEnd() - next);
    ByteBuffer buffer = ByteBuffer.allocate(n * IndexEntry.LENGTH);
    openFile().read(next * IndexEntry.LENGTH, buffer);
    if (buffer.hasRemaining()) {
      throw damaged(next);
    }
    long[] words = new long[n * IndexEntry.WORDS];
    buffer.flip().asLongBuffer().get(words);
    for (int i = 0; i < n; i++) {
      IndexEntry entry = IndexEntry.get(words, i * IndexEntry.WORDS, 0);
      if (entry.offset() != next + i || !entry.frame().isPlausible()) {
        throw damaged(next + i);
      }
      entries.add(entry);
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
    return tail.start();
  }

  /** Whether the file has the entries that a checkpoint counts on. */
  boolean hasStored() throws IOException {
    if (storedEnd() == 0) {
      return true;
    }
    try {
      return existing().size() >= storedEnd() * IndexEntry.LENGTH;
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
    int count = (int) Math.min(COPY_ENTRIES, toOffset - tail.start());
    long[] words = new long[count * IndexEntry.WORDS];
    for (int i = 0; i < count; i++) {
      tail.copy(tail.start() + i, 0, words, i * IndexEntry.WORDS);
    }
    ByteBuffer copy = ByteBuffer.allocate(count * IndexEntry.LENGTH);
    copy.asLongBuffer().put(words);
    return copy;
  }

  private synchronized void dropTail(int count) {
    tail.dropTo(tail.start() + count);
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
