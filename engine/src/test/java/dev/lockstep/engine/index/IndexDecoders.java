package dev.lockstep.engine.index;

import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.StorageFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/** The decoders of this package, for fuzzing. */
public final class IndexDecoders {
  private static final ChunkName NAME = new ChunkName(1, 0, 0, 1);
  private static final long TIME = 1_700_000_000_000L;

  private IndexDecoders() {}

  /** Decodes entries: whatever the bytes are, they say the same when they are encoded again. */
  public static void entries(ByteBuffer bytes) {
    long[] words = new long[IndexEntry.WORDS];
    long[] again = new long[IndexEntry.WORDS];
    for (int at = 0; at + IndexEntry.LENGTH <= bytes.limit(); at += IndexEntry.LENGTH) {
      for (int i = 0; i < words.length; i++) {
        words[i] = bytes.getLong(at + i * Long.BYTES);
      }
      IndexEntry entry = IndexEntry.get(words, 0, 7);
      IndexEntry.put(
          again, 0, (int) (entry.offset() - 7), entry.frame(), entry.time(), entry.traits());
      if (!Arrays.equals(words, again)) {
        throw new AssertionError(entry + " is encoded as something else");
      }
    }
  }

  /** Reads a page of an index file, as it is and with a right checksum, and searches in it. */
  public static void page(ByteBuffer bytes) {
    int count = Math.min(bytes.limit() / IndexEntry.LENGTH, Page.ENTRIES - 1);
    if (count == 0) {
      return;
    }
    byte[] file = new byte[count * IndexEntry.LENGTH];
    bytes.get(0, file);
    int crc = Page.crc(NAME, 0, ByteBuffer.wrap(file));
    try (PowerCutStorage storage = new PowerCutStorage(1)) {
      try (StorageFile written = storage.create(NAME.file())) {
        written.write(0, ByteBuffer.wrap(file));
      }
      IndexFiles files = new IndexFiles(storage);
      files.scan();
      long[] words = search(files, count, crc);
      if (!ByteBuffer.wrap(file).asLongBuffer().equals(LongBuffer.wrap(words))) {
        throw new AssertionError("a page is read as something else");
      }
      search(files, count, bytes.getInt(0)); // which is damage, unless that happens to be right
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long[] search(IndexFiles files, int count, int crc) throws IOException {
    ChunkInfo info = new ChunkInfo(0, 1, 0, count, 4L * count, TIME, TIME, 0, crc, new LiveBytes());
    Chunk chunk = new Chunk(files, NAME, info);
    chunk.indexOf(count / 2);
    chunk.indexAt(TIME);
    chunk.count(1, count);
    return chunk.words(0, count);
  }
}
