package dev.lockstep.engine.log;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The first {@link #LENGTH} bytes of a segment file. They are forced, under a temporary name,
 * before the file gets its own name, and never written again.
 *
 * <pre>
 *    0  8  magic "LSTPSEG1"
 *    8  4  CRC32C of bytes 12 to 63
 *   12  4  incarnation of the log that fills this segment
 *   16 16  identity of the log
 *   32  8  number of the segment; its first byte has the position number x segment size
 *   40  8  where the frames of the previous incarnation end, or -1 if it is the same incarnation
 *   48  8  watermark at the time of writing
 *   56  8  zero
 *   64 ..  zero, to 4096
 * </pre>
 */
record SegmentHeader(UUID logId, long number, int incarnation, long previousEnd, long watermark) {
  /** Frames start behind a whole page, so that no torn write of a frame touches the header. */
  static final int LENGTH = 4096;

  /** The value of {@link #previousEnd} in a segment that goes on in the same incarnation. */
  static final long SAME_INCARNATION = -1;

  private static final long MAGIC = 0x4C53545053454731L;
  private static final int CRC_OFFSET = 8;
  private static final int COVERED_FROM = 12;
  private static final int COVERED_TO = 64;

  ByteBuffer encode() {
    ByteBuffer page = ByteBuffer.allocate(LENGTH);
    page.putLong(MAGIC).putInt(0).putInt(incarnation);
    page.putLong(logId.getMostSignificantBits()).putLong(logId.getLeastSignificantBits());
    page.putLong(number).putLong(previousEnd).putLong(watermark);
    page.putInt(CRC_OFFSET, crc(page));
    return page.rewind();
  }

  static Optional<SegmentHeader> decode(ByteBuffer page) {
    if (page.remaining() < COVERED_TO
        || page.getLong(0) != MAGIC
        || page.getInt(CRC_OFFSET) != crc(page)) {
      return Optional.empty();
    }
    return Optional.of(
        new SegmentHeader(
            new UUID(page.getLong(16), page.getLong(24)),
            page.getLong(32),
            page.getInt(12),
            page.getLong(40),
            page.getLong(48)));
  }

  boolean opensIncarnation() {
    return previousEnd != SAME_INCARNATION;
  }

  private static int crc(ByteBuffer page) {
    CRC32C crc = new CRC32C();
    crc.update(page.slice(COVERED_FROM, COVERED_TO - COVERED_FROM));
    return (int) crc.getValue();
  }
}
