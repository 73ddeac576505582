package dev.lockstep.engine.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The decoder of checkpoints, for fuzzing. */
public final class CheckpointDecoder {
  private static final int PREFIX = 16;
  private static final int CRC = 8;
  private static final int COVERED_FROM = 12;

  private CheckpointDecoder() {}

  /** Decodes a checkpoint, as it is and with a right length and checksum. */
  public static void decode(ByteBuffer bytes) {
    Checkpoint.decode(bytes.duplicate());
    if (bytes.limit() < PREFIX) {
      return;
    }
    byte[] copy = new byte[bytes.limit()];
    bytes.get(0, copy);
    ByteBuffer sealed = ByteBuffer.wrap(copy);
    sealed.putLong(0, 0x4C535450434B5031L).putInt(COVERED_FROM, copy.length - PREFIX);
    CRC32C crc = new CRC32C();
    crc.update(copy, COVERED_FROM, copy.length - COVERED_FROM);
    sealed.putInt(CRC, (int) crc.getValue());
    Checkpoint.decode(sealed);
  }
}
