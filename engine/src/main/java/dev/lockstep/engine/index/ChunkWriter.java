package dev.lockstep.engine.index;

import dev.lockstep.spi.Envelope.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Appends entries to the file of a chunk. What the file had before stays as it was. */
final class ChunkWriter {
  private final long[] words = new long[IndexEntry.WORDS];
  private final IndexFiles files;
  private final ChunkName name;
  private final long segmentSize;
  private final ByteBuffer out;
  private final ByteBuffer page = ByteBuffer.allocate(Page.ENTRIES * IndexEntry.LENGTH);
  private final LiveBytes live = new LiveBytes();
  private final int present;
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
    this.present = info.count();
    this.trimmed = info.trimmed();
    this.count = info.count();
    this.last = info.last();
    this.firstTime = info.firstTime();
    this.lastTime = info.lastTime();
    this.flags = info.flags();
    live.addAll(info.live());
    int end = (int) Math.min(Chunk.CAPACITY, present + entries);
    this.out = ByteBuffer.allocate((int) (Page.offsetOf(end) - Page.offsetOf(present)));
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

  void add(IndexEntry entry) {
    IndexEntry.put(
        words,
        0,
        (int) (entry.offset() - name.base()),
        entry.frame(),
        entry.time(),
        entry.traits());
    for (long word : words) {
      out.putLong(word);
      page.putLong(word);
    }
    note(entry);
    count++;
    if (!page.hasRemaining()) {
      Page.seal(out, Page.crc(name, count / Page.ENTRIES - 1, page.flip()));
      page.clear();
    }
  }

  private void note(IndexEntry entry) {
    firstTime = count == trimmed ? entry.time() : firstTime;
    lastTime = entry.time();
    last = entry.offset();
    flags |= entry.traits().kind() == Kind.TOMBSTONE ? ChunkInfo.TOMBSTONES : 0;
    flags |= entry.traits().idempotencyHash() != 0 ? ChunkInfo.IDEMPOTENCY_KEYS : 0;
    if (entry.frame().position() != lastPosition) {
      live.add(entry.frame().position() / segmentSize, entry.frame().length());
      lastPosition = entry.frame().position();
    }
  }

  /** Writes and forces what was added. */
  Chunk finish() throws IOException {
    files.write(name.file(), Page.offsetOf(present), out.flip());
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
