package dev.lockstep.compression;

import dev.lockstep.Compression;
import dev.lockstep.spi.Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/** The LZ4 block format. */
public final class Lz4Compressor implements Compressor {
  /** For the service loader. */
  public Lz4Compressor() {}

  /** Loads the library when it is first needed, and not for topics that are not compressed. */
  private static final class Library {
    static final LZ4Factory FACTORY = LZ4Factory.fastestInstance();
  }

  @Override
  public Compression compression() {
    return Compression.LZ4;
  }

  @Override
  public int maxCompressedLength(int length) {
    return Library.FACTORY.fastCompressor().maxCompressedLength(length);
  }

  @Override
  public int compress(byte[] source, int length, byte[] target, int targetOffset) {
    return Library.FACTORY
        .fastCompressor()
        .compress(source, 0, length, target, targetOffset, target.length - targetOffset);
  }

  @Override
  public void decompress(byte[] source, int sourceOffset, int length, byte[] target) {
    int decompressed;
    try {
      decompressed =
          Library.FACTORY
              .safeDecompressor()
              .decompress(source, sourceOffset, length, target, 0, target.length);
    } catch (LZ4Exception e) {
      throw new IllegalArgumentException(
          length + " bytes are not the LZ4 block of " + target.length + " bytes", e);
    }
    if (decompressed != target.length) {
      throw new IllegalArgumentException(
          "an LZ4 block has " + decompressed + " bytes and not " + target.length);
    }
  }
}
