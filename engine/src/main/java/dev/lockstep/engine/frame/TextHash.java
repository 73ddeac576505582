package dev.lockstep.engine.frame;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The hash by which indexes find keys: CRC-32C of the UTF-8 bytes, where 1 stands for 0. */
public final class TextHash {
  /** No text. */
  public static final int NONE = 0;

  private TextHash() {}

  /** The hash of a text's bytes. */
  public static int of(byte[] bytes) {
    return hash(crc(bytes));
  }

  /** The hash of a text. */
  public static int of(String text) {
    return of(Bytes.utf8(text));
  }

  /** The hash of the bytes that remain in a buffer, which are consumed. */
  static int of(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return hash(crc.getValue());
  }

  /** The checksum that is behind the hash, as an unsigned number. */
  public static long crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    return crc.getValue();
  }

  private static int hash(long crc) {
    return crc == NONE ? 1 : (int) crc;
  }
}
