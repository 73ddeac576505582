package dev.lockstep.engine.index;

import dev.lockstep.CorruptLogException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * The index of one partition. The entries since the last checkpoint are in memory only, where a
 * replay puts them again after a crash; the older ones are in files, in chunks. Offsets may have
 * gaps, where entries were dropped. Thread-safe.
 *
 * <p>Entries are added, trimmed, dropped and moved in log order, by the flusher or the replay; none
 * of that touches a file.
 */
public final class PartitionIndex {
  private static final int COPY_ENTRIES = 1 << 10;

  private final ChunkFiles files;
  private final long segmentSize;
  private final Tail tail;
  private List<Chunk> chunks;
  private long claimed;
  private volatile long first;
  private volatile long end;
  private volatile Compacted compacted;

  PartitionIndex(ChunkFiles files, long segmentSize, PartitionManifest manifest) {
    this.files = files;
    this.segmentSize = segmentSize;
    this.chunks = manifest.chunks().stream().map(files::chunk).toList();
    this.tail = new Tail(manifest.end());
    this.claimed = manifest.end();
    this.first = manifest.first();
    this.end = manifest.end();
    this.compacted = manifest.compacted();
  }

  /** Claims offsets. Called under the log's lock, so that offset order is log order. */
  public long claim(int count) {
    long start = claimed;
    claimed += count;
    return start;
  }

  /** Claims offsets again that a commit frame names, while the log is replayed. */
  void reclaim(long start, int count) {
    if (start != claimed) {
      throw new IllegalStateException(
          "a commit gives offset " + start + " where " + claimed + " is next");
    }
    claimed += count;
  }

  /** Makes the message at the next offset visible. */
  synchronized void add(MessageRef message, long time) {
    tail.add(message.frame(), time, message.traits());
    end = tail.end();
  }

  /** Removes all below an offset. */
  synchronized void trim(long newFirst) {
    first = Math.max(first, Math.min(newFirst, end));
  }

  /** Removes single entries. */
  synchronized void drop(long[] offsets) {
    for (long offset : offsets) {
      if (offset >= tail.start()) {
        tail.drop(offset);
      } else if (offset >= first) {
        chunkFrom(offset).ifPresent(chunk -> chunk.overlay().put(offset, Tail.DROPPED));
      }
    }
  }

  /** Lets an entry refer to a copy of its frame, unless it refers to another frame meanwhile. */
  synchronized void move(long offset, long from, long to) {
    if (offset >= tail.start()) {
      if (tail.position(offset) == from) {
        tail.setPosition(offset, to);
      }
    } else if (offset >= first) {
      chunkFrom(offset).ifPresent(chunk -> chunk.move(offset, to));
    }
  }

  /** The first offset that may have a message: there is nothing below it. */
  public long first() {
    return first;
  }

  /** The end of what is visible: the offset that the next message will have. */
  public long end() {
    return end;
  }

  /** How far it is compacted. */
  public Compacted compacted() {
    return compacted;
  }

  /** Remembers how far it is compacted. */
  public void compacted(Compacted now) {
    compacted = now;
  }

  /**
   * The first visible entries from an offset on, in the order of their offsets. Offsets without an
   * entry are left out, so that an empty list means that nothing is there up to {@link #end()}.
   *
   * @param from the smallest offset of interest
   * @param max how many entries at the most
   * @throws CorruptLogException if an index file is damaged
   */
  public List<IndexEntry> entries(long from, int max) throws IOException {
    return entries(from, end, max);
  }

  /**
   * The same for the entries below an offset.
   *
   * @param from the smallest offset of interest
   * @param to the offset behind the last one of interest, {@link #end()} at the most
   * @param max how many entries at the most
   * @throws CorruptLogException if an index file is damaged
   */
  public List<IndexEntry> entries(long from, long to, int max) throws IOException {
    List<IndexEntry> found = new ArrayList<>();
    long next = Math.max(from, first);
    while (found.size() < max && next < to) {
      Optional<Chunk> chunk = stored(next);
      next =
          chunk.isPresent()
              ? addFrom(chunk.get(), next, to, max, found)
              : addFromTail(next, to, max, found);
    }
    return found;
  }

  /**
   * As {@link #entries}, but where an index file is damaged there may be fewer: those before that.
   * The next look, which begins with it, throws.
   *
   * @throws CorruptLogException if there are none before it
   */
  public List<IndexEntry> soundEntries(long from, int max) throws IOException {
    int asked = max;
    while (true) {
      try {
        return entries(from, asked);
      } catch (CorruptLogException e) {
        if (asked <= 1) {
          throw e;
        }
        asked /= 2;
      }
    }
  }

  private synchronized Optional<Chunk> stored(long offset) {
    return chunkFrom(offset);
  }

  /** The chunk that has the first stored entry from an offset on. */
  private Optional<Chunk> chunkFrom(long offset) {
    int low = 0;
    int high = chunks.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (chunks.get(middle).info().last() < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < chunks.size() ? Optional.of(chunks.get(low)) : Optional.empty();
  }

  /** Adds entries, and returns the offset to go on with. */
  private long addFrom(Chunk chunk, long next, long to, int max, List<IndexEntry> found)
      throws IOException {
    long[] words;
    try {
      int from = chunk.indexOf(next);
      words = chunk.words(from, from + Math.min(chunk.info().count() - from, max - found.size()));
    } catch (IOException e) {
      requireCurrent(chunk, e);
      return next;
    }
    synchronized (this) {
      long last = next;
      for (int at = 0; at < words.length; at += IndexEntry.WORDS) {
        IndexEntry entry = IndexEntry.get(words, at, chunk.info().base());
        if (entry.offset() < to) {
          chunk.left(entry).ifPresent(found::add);
        }
        last = entry.offset();
      }
      return last + 1;
    }
  }

  /** The file of a chunk goes when a checkpoint has replaced it; then there is another to read. */
  private synchronized void requireCurrent(Chunk chunk, IOException failure) throws IOException {
    if (chunks.contains(chunk)) {
      throw failure;
    }
  }

  private synchronized long addFromTail(long next, long to, int max, List<IndexEntry> found) {
    if (next < tail.start()) {
      // Nothing stored from here on, or a checkpoint has stored it since.
      return chunkFrom(next).isPresent() ? next : tail.start();
    }
    long offset = next;
    for (; offset < to && found.size() < max; offset++) {
      if (tail.has(offset)) {
        found.add(tail.entry(offset));
      }
    }
    return offset;
  }

  /** The entry of an offset, if there is one. */
  public Optional<IndexEntry> entry(long offset) throws IOException {
    return entries(offset, 1).stream().filter(entry -> entry.offset() == offset).findFirst();
  }

  /** The first offset whose message was committed at a time or later, if there is one. */
  public OptionalLong offsetAt(Instant time) throws IOException {
    long millis = time.toEpochMilli();
    long from = tailFrom(millis);
    for (Chunk chunk : snapshot()) {
      if (chunk.info().lastTime() >= millis) {
        try {
          from = chunk.offset(chunk.indexAt(millis));
          break;
        } catch (IOException e) {
          requireCurrent(chunk, e);
          return offsetAt(time);
        }
      }
    }
    return entries(from, 1).stream().mapToLong(IndexEntry::offset).findFirst();
  }

  private synchronized long tailFrom(long millis) {
    long low = tail.start();
    long high = end;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (tail.time(middle) < millis) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** How many messages there are from an offset, inclusive, to another, exclusive. */
  public long count(long from, long to) throws IOException {
    long start = Math.max(from, first);
    List<Chunk> counted = snapshot();
    long count = 0;
    try {
      for (Chunk chunk : counted) {
        count += chunk.count(start, to);
      }
    } catch (IOException e) {
      if (counted == snapshot()) {
        throw e;
      }
      return count(from, to);
    }
    synchronized (this) {
      if (counted != chunks) {
        return count(from, to);
      }
      for (Chunk chunk : counted) {
        count -= chunk.overlay().count(start, to, Tail.DROPPED);
      }
      return count + tail.count(start, Math.min(to, end));
    }
  }

  /** The bytes of the frames that its messages are in. */
  public long bytes() throws IOException {
    List<Chunk> counted = snapshot();
    LiveBytes live = new LiveBytes();
    for (Chunk chunk : counted) {
      if (chunk.info().base() >= first && isUnchanged(chunk)) {
        live.addAll(chunk.info().live());
      } else {
        addFrames(chunk, live);
      }
    }
    synchronized (this) {
      tail.addTo(live, first, segmentSize);
      if (counted == chunks) {
        return live.total();
      }
    }
    return bytes();
  }

  private synchronized boolean isUnchanged(Chunk chunk) {
    return chunk.overlay().isEmpty();
  }

  private void addFrames(Chunk chunk, LiveBytes live) throws IOException {
    long position = Tail.DROPPED;
    long end = chunk.info().last() + 1;
    long next = Math.max(first, chunk.info().base());
    while (next < end) {
      List<IndexEntry> found = new ArrayList<>();
      next = addFrom(chunk, next, end, COPY_ENTRIES, found);
      for (IndexEntry entry : found) {
        if (entry.frame().position() != position) {
          position = entry.frame().position();
          live.add(position / segmentSize, entry.frame().length());
        }
      }
      if (!snapshot().contains(chunk)) {
        return; // it was written anew; the caller counts again
      }
    }
  }

  /** An upper bound of {@link #bytes()} that costs no reading. */
  synchronized long mostBytes() {
    LiveBytes live = new LiveBytes();
    chunks.forEach(chunk -> live.addAll(chunk.info().live()));
    tail.addTo(live, first, segmentSize);
    return live.total();
  }

  /** The first offset from which on the messages' frames take at most so many bytes. */
  public long firstWithin(long limit) throws IOException {
    long bytes = mostBytes() <= limit ? 0 : bytes();
    long offset = first;
    long position = Tail.DROPPED;
    long length = 0;
    while (bytes > limit) {
      List<IndexEntry> entries = entries(offset, COPY_ENTRIES);
      if (entries.isEmpty()) {
        return end;
      }
      for (IndexEntry entry : entries) {
        if (entry.frame().position() != position) {
          bytes -= length; // all of the frame before this one would go
          if (bytes <= limit) {
            return entry.offset();
          }
          position = entry.frame().position();
          length = entry.frame().length();
        }
        offset = entry.offset() + 1;
      }
    }
    return offset;
  }

  /** Whether the files have a tombstone, perhaps of a message that is gone. */
  public boolean mayHaveTombstones() {
    return snapshot().stream().anyMatch(chunk -> chunk.info().has(ChunkInfo.TOMBSTONES));
  }

  /** Whether the files have a message with an idempotency key, perhaps one that is gone. */
  public boolean mayHaveIdempotencyKeys() {
    return snapshot().stream().anyMatch(chunk -> chunk.info().has(ChunkInfo.IDEMPOTENCY_KEYS));
  }

  synchronized List<Chunk> snapshot() {
    return chunks;
  }

  /**
   * Hands over the entries whose frames are in a segment, until one of them is answered with false.
   *
   * @return whether that did not happen
   */
  boolean references(long segment, Predicate<IndexEntry> handler) throws IOException {
    List<IndexEntry> batch = entries(nextReference(0, segment), COPY_ENTRIES);
    while (!batch.isEmpty()) {
      for (IndexEntry entry : batch) {
        if (entry.frame().position() / segmentSize == segment && !handler.test(entry)) {
          return false;
        }
      }
      long next = batch.get(batch.size() - 1).offset() + 1;
      batch = entries(nextReference(next, segment), COPY_ENTRIES);
    }
    return true;
  }

  /** The first offset of interest: chunks without a reference are not read. */
  private synchronized long nextReference(long from, long segment) {
    long next = from;
    Optional<Chunk> chunk = chunkFrom(next);
    while (chunk.isPresent() && !chunk.get().refersTo(segment)) {
      next = chunk.get().info().last() + 1;
      chunk = chunkFrom(next);
    }
    return next;
  }

  /**
   * Writes the entries below an offset to files, and what has changed in the older ones. The index
   * goes on with what it has until it is told to {@linkplain Written#use use} them.
   */
  Written write(long to) throws IOException {
    List<Chunk> written = files.rewrite(snapshot(), first);
    append(written, Math.max(first, tailStart()), to);
    List<ChunkInfo> infos = written.stream().map(Chunk::info).toList();
    return new Written(written, new PartitionManifest(first, to, compacted, infos));
  }

  private void append(List<Chunk> written, long from, long to) throws IOException {
    long next = from;
    if (next < to) {
      ChunkFiles.Appending appending = files.append(written);
      EntryBatch batch = new EntryBatch((int) Math.min(COPY_ENTRIES, to - next));
      while (next < to) {
        long end = copyFromTail(next, to, batch);
        appending.add(batch, to - next);
        next = end;
      }
      appending.finish();
    }
  }

  /** Fills a batch with entries, and returns the offset to go on with. */
  private synchronized long copyFromTail(long from, long to, EntryBatch batch) {
    batch.clear(from);
    long offset = from;
    for (; offset < to && !batch.isFull(); offset++) {
      if (tail.has(offset)) {
        tail.copy(offset, batch);
      }
    }
    return offset;
  }

  /** Files that are written, and that no checkpoint names yet. */
  public final class Written {
    private final List<Chunk> written;
    private final PartitionManifest manifest;

    private Written(List<Chunk> written, PartitionManifest manifest) {
      this.written = List.copyOf(written);
      this.manifest = manifest;
    }

    /** What a checkpoint says of the partition. */
    public PartitionManifest manifest() {
      return manifest;
    }

    /** Has the index read these files: the checkpoint is durable. */
    public void use() {
      synchronized (PartitionIndex.this) {
        chunks = written;
        tail.dropTo(manifest.end());
      }
    }
  }

  private synchronized long tailStart() {
    return tail.start();
  }

  /**
   * An index file.
   *
   * @param name its name
   * @param to the offset behind its last entry; those of the next file come later
   */
  public record StoredEntries(String name, long to) {}

  /** The files that its older entries are in, by offset. */
  public List<StoredEntries> files() {
    return snapshot().stream()
        .map(chunk -> new StoredEntries(chunk.name().file(), chunk.info().last() + 1))
        .toList();
  }

  /** The first file that has not what the checkpoint counts on. */
  Optional<String> incompleteFile() {
    return snapshot().stream()
        .filter(chunk -> !chunk.isComplete())
        .map(chunk -> chunk.name().file())
        .findFirst();
  }
}
