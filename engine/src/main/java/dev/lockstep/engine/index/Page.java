package dev.lockstep.engine.index;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The unit of an index file that is read and checked as a whole: {@link #ENTRIES} entries, then the
 * checksum of a full page.
 *
 * <pre>
 *      0 32  entry, and so on
 *   4064  4  CRC32C of the chunk's topic, partition, base and generation, the number of the page,
 *            and its entries
 *   4068 28  zero
 * </pre>
 *
 * <p>A page that is not full has no checksum in the file, since it is appended to: the checkpoint
 * has it.
 */
final class Page {
  static final int LENGTH = 4096;
  static final int ENTRIES = 127;
  static final int WORDS = ENTRIES * IndexEntry.WORDS;

  private static final int CRC_AT = ENTRIES * IndexEntry.LENGTH;
  private static final int PREFIX = 3 * Integer.BYTES + 2 * Long.BYTES;

  private Page() {}

  /** Where an entry stands in its file. */
  static long offsetOf(int entry) {
    return (long) entry / ENTRIES * LENGTH + (long) entry % ENTRIES * IndexEntry.LENGTH;
  }

  /** The checksum of some entries of a page: those that remain in a buffer, not consumed. */
  static int crc(ChunkName chunk, int page, ByteBuffer entries) {
    ByteBuffer prefix = ByteBuffer.allocate(PREFIX);
    prefix.putInt(chunk.topic()).putInt(chunk.partition()).putLong(chunk.base());
    prefix.putInt(chunk.generation()).putLong(page);
    CRC32C crc = new CRC32C();
    crc.update(prefix.flip());
    crc.update(entries.duplicate());
    return (int) crc.getValue();
  }

  /** The checksum in a full page that starts at an index of a buffer. */
  static int storedCrc(ByteBuffer buffer, int at) {
    return buffer.getInt(at + CRC_AT);
  }

  /** Ends a full page, whose entries have just been put into a buffer. */
  static void seal(ByteBuffer buffer, int crc) {
    buffer.putInt(crc);
    buffer.position(buffer.position() + LENGTH - CRC_AT - Integer.BYTES);
  }
}
