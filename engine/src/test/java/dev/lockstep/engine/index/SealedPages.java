package dev.lockstep.engine.index;

import java.nio.ByteBuffer;

/** The checksums of pages of index files, for those who forge one. */
public final class SealedPages {
  private SealedPages() {}

  /** The checksum of the first page of a file that has only so many entries. */
  public static int crc(String file, byte[] bytes, int entries) {
    return Page.crc(
        ChunkName.parse(file).orElseThrow(),
        0,
        ByteBuffer.wrap(bytes, 0, entries * IndexEntry.LENGTH));
  }
}
