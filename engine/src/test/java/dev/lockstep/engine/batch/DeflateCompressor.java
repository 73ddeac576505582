package dev.lockstep.engine.batch;

import dev.lockstep.Compression;
import dev.lockstep.spi.Compressor;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Stands for a compressor that is there: the engine's own tests have no library for one. */
public record DeflateCompressor(Compression compression) implements Compressor {
  private static final int HEADROOM = 64;

  /** One of each kind. */
  public static Compressors all() {
    return Compressors.of(
        new DeflateCompressor(Compression.LZ4), new DeflateCompressor(Compression.ZSTD));
  }

  @Override
  public int maxCompressedLength(int length) {
    return length + length / 100 + HEADROOM;
  }

  @Override
  public int compress(byte[] source, int length, byte[] target, int targetOffset) {
    Deflater deflater = new Deflater();
    try {
      deflater.setInput(source, 0, length);
      deflater.finish();
      int compressed = deflater.deflate(target, targetOffset, target.length - targetOffset);
      if (!deflater.finished()) {
        throw new IllegalStateException("the target is too small");
      }
      return compressed;
    } finally {
      deflater.end();
    }
  }

  @Override
  public void decompress(byte[] source, int sourceOffset, int length, byte[] target) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(source, sourceOffset, length);
      int decompressed = inflater.inflate(target);
      if (decompressed != target.length || inflater.inflate(new byte[1]) > 0) {
        throw new IllegalArgumentException("not the original of " + target.length + " bytes");
      }
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("not deflated", e);
    } finally {
      inflater.end();
    }
  }
}
