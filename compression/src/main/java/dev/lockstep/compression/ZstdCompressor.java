package dev.lockstep.compression;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.lockstep.Compression;
import dev.lockstep.spi.Compressor;

/** Zstandard frames, at the library's default level. */
public final class ZstdCompressor implements Compressor {
  /** For the service loader. */
  public ZstdCompressor() {}

  @Override
  public Compression compression() {
    return Compression.ZSTD;
  }

  @Override
  public int maxCompressedLength(int length) {
    return Math.toIntExact(Zstd.compressBound(length));
  }

  @Override
  public int compress(byte[] source, int length, byte[] target, int targetOffset) {
    long compressed =
        Zstd.compressByteArray(
            target,
            targetOffset,
            target.length - targetOffset,
            source,
            0,
            length,
            Zstd.defaultCompressionLevel());
    return Math.toIntExact(compressed);
  }

  @Override
  public void decompress(byte[] source, int sourceOffset, int length, byte[] target) {
    long decompressed;
    try {
      decompressed =
          Zstd.decompressByteArray(target, 0, target.length, source, sourceOffset, length);
    } catch (ZstdException e) {
      throw new IllegalArgumentException(
          length + " bytes are not the Zstandard frame of " + target.length + " bytes", e);
    }
    if (decompressed != target.length) {
      throw new IllegalArgumentException(
          "a Zstandard frame has " + decompressed + " bytes and not " + target.length);
    }
  }
}
