package dev.lockstep.engine.index;

import dev.lockstep.CorruptLogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Entries of a partition in a file that is only ever appended to. What was dropped or moved since
 * the file was written is an overlay in memory, guarded by the partition's monitor.
 */
final class Chunk {
  /** The most entries of a chunk: 256 full pages, 1 MiB. */
  static final int CAPACITY = 256 * Page.ENTRIES;

  /** The largest distance of an offset to the base. */
  static final long SPAN = 0xFFFF_FFFFL;

  private final IndexFiles files;
  private final ChunkName name;
  private final ChunkInfo info;
  private final NumberMap overlay = new NumberMap();

  Chunk(IndexFiles files, ChunkName name, ChunkInfo info) {
    this.files = files;
    this.name = name;
    this.info = info;
  }

  ChunkName name() {
    return name;
  }

  ChunkInfo info() {
    return info;
  }

  NumberMap overlay() {
    return overlay;
  }

  /** An entry of the file as it is now; empty if it was dropped. */
  Optional<IndexEntry> left(IndexEntry entry) {
    long position = overlay.get(entry.offset());
    if (position == NumberMap.ABSENT) {
      return Optional.of(entry);
    }
    return position == Tail.DROPPED ? Optional.empty() : Optional.of(entry.at(position));
  }

  /** Lets an entry lead to another place, unless it was dropped. */
  void move(long offset, long position) {
    if (overlay.get(offset) != Tail.DROPPED) {
      overlay.put(offset, position);
    }
  }

  /** Whether an entry may refer to a segment; what was moved there since does not count. */
  boolean refersTo(long segment) {
    return info.live().of(segment) > 0;
  }

  /** How many entries the file has from one offset to another. */
  int count(long from, long to) throws IOException {
    return Math.max(0, below(to) - below(from));
  }

  private int below(long offset) throws IOException {
    if (offset > info.last()) {
      return info.count();
    }
    return offset <= info.base() ? info.trimmed() : indexOf(offset);
  }

  /** The offset of the entry at an index. */
  long offset(int index) throws IOException {
    return info.base() + IndexEntry.relative(words(index, index + 1), 0);
  }

  /** The bytes that its entries need in the file. */
  long fileLength() {
    return Page.offsetOf(info.count());
  }

  /** Whether the file is there, as long as the checkpoint says. */
  boolean isComplete() {
    return files.has(name.file(), fileLength());
  }

  /** The words of the entries from one index to another, at least one, as the file has them. */
  long[] words(int from, int to) throws IOException {
    int firstPage = from / Page.ENTRIES;
    int endPage = (to + Page.ENTRIES - 1) / Page.ENTRIES;
    int endEntry = Math.min(endPage * Page.ENTRIES, info.count());
    long start = (long) firstPage * Page.LENGTH;
    ByteBuffer buffer = ByteBuffer.allocate((int) (Page.offsetOf(endEntry) - start));
    files.read(name.file(), start, buffer);
    if (buffer.limit() < buffer.capacity()) {
      throw damaged(endPage - 1);
    }
    long[] words = new long[(to - from) * IndexEntry.WORDS];
    for (int page = firstPage; page < endPage; page++) {
      int inPage = Math.min(Page.ENTRIES, info.count() - page * Page.ENTRIES);
      int at = (page - firstPage) * Page.LENGTH;
      ByteBuffer entries = buffer.slice(at, inPage * IndexEntry.LENGTH);
      check(page, entries, inPage == Page.ENTRIES ? Page.storedCrc(buffer, at) : info.pageCrc());
      int copyFrom = Math.max(from, page * Page.ENTRIES);
      int copyTo = Math.min(to, page * Page.ENTRIES + inPage);
      entries
          .position(copyFrom % Page.ENTRIES * IndexEntry.LENGTH)
          .asLongBuffer()
          .get(words, (copyFrom - from) * IndexEntry.WORDS, (copyTo - copyFrom) * IndexEntry.WORDS);
    }
    return words;
  }

  private void check(int page, ByteBuffer entries, int crc) {
    if (Page.crc(name, page, entries) != crc) {
      throw damaged(page);
    }
  }

  private CorruptLogException damaged(int page) {
    return new CorruptLogException(
        "file '"
            + name.file()
            + "' in "
            + files.location()
            + " is damaged at byte "
            + (long) page * Page.LENGTH
            + ". Close the log, delete that file, and open the log again: the indexes are rebuilt if"
            + " all segments are still there; else restore the directory from a backup");
  }

  /** The index of the first entry that is not trimmed and has an offset or a larger one. */
  int indexOf(long offset) throws IOException {
    if (info.isDense()) {
      return (int) Math.max(info.trimmed(), Math.min(info.count(), offset - info.base()));
    }
    long relative = offset - info.base();
    return search((words, at) -> IndexEntry.relative(words, at) < relative);
  }

  /** The index of the first entry that is not trimmed and has a time or a later one. */
  int indexAt(long millis) throws IOException {
    return search((words, at) -> IndexEntry.time(words, at) < millis);
  }

  /** The index of the first entry for which a condition, once false for good, is false. */
  private int search(Condition isBefore) throws IOException {
    int low = info.trimmed() / Page.ENTRIES;
    int high = (info.count() - 1) / Page.ENTRIES;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (isBefore.test(words(middle * Page.ENTRIES, middle * Page.ENTRIES + 1), 0)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    int from = Math.max(info.trimmed(), low * Page.ENTRIES);
    int to = Math.min(info.count(), (low + 1) * Page.ENTRIES);
    long[] words = words(from, to);
    int at = 0;
    while (at < words.length && isBefore.test(words, at)) {
      at += IndexEntry.WORDS;
    }
    return from + at / IndexEntry.WORDS;
  }

  @FunctionalInterface
  private interface Condition {
    boolean test(long[] words, int at);
  }
}
