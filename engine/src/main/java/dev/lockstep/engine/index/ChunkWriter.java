package dev.lockstep.engine.index;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Appends entries to the file of a chunk. What the file had before stays as it was. */
final class ChunkWriter {
  /** A checkpoint's entries pass through a buffer of this size, however many they are. */
  private static final int MOST_BYTES = 16 * Page.LENGTH;

  /** The last entry of a page, and what ends the page. */
  private static final int LAST_OF_PAGE = Page.LENGTH - (Page.ENTRIES - 1) * IndexEntry.LENGTH;

  /** The entry that is being added. */
  private final long[] words = new long[IndexEntry.WORDS];

  private final IndexFiles files;
  private final ChunkName name;
  private final long segmentSize;
  private final ByteBuffer out;
  private final ByteBuffer page = ByteBuffer.allocate(Page.ENTRIES * IndexEntry.LENGTH);
  private long written;
  private final LiveBytes live = new LiveBytes();
  private final int trimmed;
  private int count;
  private long last;
  private long firstTime;
  private long lastTime;
  private int flags;
  private long lastPosition = -1;

  private ChunkWriter(IndexFiles files, Chunk chunk, long segmentSize, long entries)
      throws IOException {
    ChunkInfo info = chunk.info();
    this.files = files;
    this.name = chunk.name();
    this.segmentSize = segmentSize;
    int present = info.count();
    this.trimmed = info.trimmed();
    this.count = info.count();
    this.last = info.last();
    this.firstTime = info.firstTime();
    this.lastTime = info.lastTime();
    this.flags = info.flags();
    live.addAll(info.live());
    this.written = Page.offsetOf(present);
    int end = (int) Math.min(Chunk.CAPACITY, present + entries);
    this.out = ByteBuffer.allocate((int) Math.min(MOST_BYTES, Page.offsetOf(end) - written));
    int partial = present % Page.ENTRIES;
    if (partial > 0) {
      page.asLongBuffer().put(chunk.words(present - partial, present));
      page.position(partial * IndexEntry.LENGTH);
    }
  }

  /**
   * Goes on behind a chunk's last entry.
   *
   * @param entries how many entries come at the most
   */
  static ChunkWriter append(IndexFiles files, Chunk chunk, long segmentSize, long entries)
      throws IOException {
    return new ChunkWriter(files, chunk, segmentSize, entries);
  }

  /** Begins a file. */
  static ChunkWriter create(
      IndexFiles files, int topic, int partition, long base, long segmentSize, long entries)
      throws IOException {
    ChunkName name = new ChunkName(topic, partition, base, files.nextGeneration());
    files.create(name.file());
    ChunkInfo empty = ChunkInfo.empty(base, name.generation());
    return new ChunkWriter(files, new Chunk(files, name, empty), segmentSize, entries);
  }

  int count() {
    return count;
  }

  /** Whether an entry of an offset can be added. */
  boolean takes(long offset) {
    return count < Chunk.CAPACITY && offset - name.base() <= Chunk.SPAN;
  }

  void add(IndexEntry entry) throws IOException {
    IndexEntry.put(words, 0, 0, entry.frame(), entry.time(), entry.traits());
    addWords(entry.offset());
  }

  /** Adds an entry of a batch. */
  void add(EntryBatch batch, int entry) throws IOException {
    System.arraycopy(batch.words(), EntryBatch.at(entry), words, 0, IndexEntry.WORDS);
    addWords(batch.offset(entry));
  }

  private void addWords(long offset) throws IOException {
    if (out.remaining() < (completesPage() ? LAST_OF_PAGE : IndexEntry.LENGTH)) {
      write();
    }
    IndexEntry.rebase(words, 0, (int) (offset - name.base()));
    for (long word : words) {
      out.putLong(word);
      page.putLong(word);
    }
    note(offset);
    count++;
    if (!page.hasRemaining()) {
      Page.seal(out, Page.crc(name, count / Page.ENTRIES - 1, page.flip()));
      page.clear();
    }
  }

  private boolean completesPage() {
    return page.remaining() == IndexEntry.LENGTH;
  }

  private void note(long offset) {
    lastTime = IndexEntry.time(words, 0);
    firstTime = count == trimmed ? lastTime : firstTime;
    last = offset;
    flags |= IndexEntry.isTombstone(words, 0) ? ChunkInfo.TOMBSTONES : 0;
    flags |= IndexEntry.hasIdempotencyKey(words, 0) ? ChunkInfo.IDEMPOTENCY_KEYS : 0;
    long position = IndexEntry.position(words, 0);
    if (position != lastPosition) {
      live.add(position / segmentSize, IndexEntry.length(words, 0));
      lastPosition = position;
    }
  }

  private void write() throws IOException {
    int bytes = out.position();
    files.write(name.file(), written, out.flip());
    written += bytes;
    out.clear();
  }

  /** Writes and forces what was added. */
  Chunk finish() throws IOException {
    write();
    files.force(name.file());
    int open = count % Page.ENTRIES;
    int crc = open == 0 ? 0 : Page.crc(name, count / Page.ENTRIES, page.flip());
    ChunkInfo info =
        new ChunkInfo(
            name.base(),
            name.generation(),
            trimmed,
            count,
            last,
            firstTime,
            lastTime,
            flags,
            crc,
            live);
    return new Chunk(files, name, info);
  }
}
