package dev.lockstep.engine.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes the index files of one partition, for a checkpoint. A chunk is appended to, or written
 * anew into a file of its own; so the files that an earlier checkpoint names stay as they are.
 */
final class ChunkFiles {
  private static final int THIN = Chunk.CAPACITY / 2;

  private final IndexFiles files;
  private final int topic;
  private final int partition;
  private final long segmentSize;

  ChunkFiles(IndexFiles files, int topic, int partition, long segmentSize) {
    this.files = files;
    this.topic = topic;
    this.partition = partition;
    this.segmentSize = segmentSize;
  }

  Chunk chunk(ChunkInfo info) {
    return new Chunk(files, new ChunkName(topic, partition, info.base(), info.generation()), info);
  }

  /**
   * The chunks without what was trimmed, dropped and moved since they were written. Thin neighbours
   * are put together where one of them is written anyway.
   */
  List<Chunk> rewrite(List<Chunk> chunks, long first) throws IOException {
    List<Chunk> result = new ArrayList<>();
    List<Chunk> group = new ArrayList<>();
    for (Chunk chunk : chunks) {
      if (chunk.info().last() >= first) {
        if (!group.isEmpty() && !fits(group, chunk)) {
          rewriteGroup(group, first, result);
          group.clear();
        }
        group.add(chunk);
      }
    }
    rewriteGroup(group, first, result);
    return result;
  }

  private static boolean fits(List<Chunk> group, Chunk chunk) {
    int entries = group.stream().mapToInt(ChunkFiles::left).sum() + left(chunk);
    long base = group.get(0).info().base();
    return entries <= THIN && chunk.info().last() - base <= Chunk.SPAN;
  }

  /** How many entries of a chunk are left. */
  private static int left(Chunk chunk) {
    int dropped = chunk.overlay().count(0, Long.MAX_VALUE, Tail.DROPPED);
    return chunk.info().size() - dropped;
  }

  private void rewriteGroup(List<Chunk> group, long first, List<Chunk> result) throws IOException {
    if (group.stream().allMatch(chunk -> chunk.overlay().isEmpty())) {
      for (Chunk chunk : group) {
        result.add(trim(chunk, first));
      }
      return;
    }
    List<IndexEntry> entries = new ArrayList<>();
    for (Chunk chunk : group) {
      addLeft(chunk, first, entries);
    }
    if (!entries.isEmpty()) {
      ChunkWriter writer = create(group.get(0).info().base(), entries.size());
      for (IndexEntry entry : entries) {
        writer.add(entry);
      }
      result.add(writer.finish());
    }
  }

  private static void addLeft(Chunk chunk, long first, List<IndexEntry> entries)
      throws IOException {
    int from = chunk.indexOf(first);
    long[] words = chunk.words(from, chunk.info().count());
    for (int at = 0; at < words.length; at += IndexEntry.WORDS) {
      IndexEntry entry = IndexEntry.get(words, at, chunk.info().base());
      chunk.left(entry).ifPresent(entries::add);
    }
  }

  /** The same file, with fewer entries that count. */
  private Chunk trim(Chunk chunk, long first) throws IOException {
    ChunkInfo info = chunk.info();
    int trimmed = chunk.indexOf(first);
    if (trimmed == info.trimmed()) {
      return chunk;
    }
    LiveBytes live = new LiveBytes();
    long lastPosition = -1;
    long[] words = chunk.words(trimmed, info.count());
    for (int at = 0; at < words.length; at += IndexEntry.WORDS) {
      if (words[at] != lastPosition) {
        live.add(words[at] / segmentSize, IndexEntry.frame(words, at).length());
        lastPosition = words[at];
      }
    }
    return chunk(info.trimmedTo(trimmed, IndexEntry.time(words, 0), live));
  }

  /** Appends entries, in the last chunk as far as there is room, then in new ones. */
  Appending append(List<Chunk> chunks) {
    return new Appending(chunks);
  }

  /** Entries that are appended to chunks, one batch after the other. */
  final class Appending {
    private final List<Chunk> chunks;
    private Optional<ChunkWriter> open = Optional.empty();

    private Appending(List<Chunk> chunks) {
      this.chunks = chunks;
    }

    /**
     * Appends a batch.
     *
     * @param more how many entries come at the most, these and those of later batches
     */
    void add(EntryBatch batch, long more) throws IOException {
      for (int i = 0; i < batch.count(); i++) {
        long offset = batch.offset(i);
        if (open.isEmpty() || !open.get().takes(offset)) {
          boolean mayGoOn = open.isEmpty();
          finish();
          open = Optional.of(writer(mayGoOn, chunks, offset, more - i));
        }
        open.get().add(batch, i);
      }
    }

    /** Writes and forces what is not written yet. */
    void finish() throws IOException {
      if (open.isPresent()) {
        chunks.add(open.get().finish());
        open = Optional.empty();
      }
    }
  }

  private ChunkWriter writer(boolean mayGoOn, List<Chunk> chunks, long next, long entries)
      throws IOException {
    if (mayGoOn && !chunks.isEmpty()) {
      ChunkInfo last = chunks.get(chunks.size() - 1).info();
      if (last.count() < Chunk.CAPACITY && next - last.base() <= Chunk.SPAN) {
        Chunk chunk = chunks.remove(chunks.size() - 1);
        return ChunkWriter.append(files, chunk, segmentSize, entries);
      }
    }
    return create(next, entries);
  }

  private ChunkWriter create(long base, long entries) throws IOException {
    return ChunkWriter.create(files, topic, partition, base, segmentSize, entries);
  }
}
