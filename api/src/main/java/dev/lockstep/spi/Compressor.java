package dev.lockstep.spi;

import dev.lockstep.Compression;

/**
 * Compresses the batches of topics; found by {@link java.util.ServiceLoader}. Thread-safe. Later
 * versions of this interface grow by default methods only.
 */
public interface Compressor {
  /**
   * What it implements. Its result must be readable by every other implementation of the same.
   *
   * @return the compression, not {@link Compression#NONE}
   */
  Compression compression();

  /**
   * The most bytes that {@link #compress} needs.
   *
   * @param length the number of bytes to compress
   * @return the length of a target that is always long enough
   */
  int maxCompressedLength(int length);

  /**
   * Compresses bytes.
   *
   * @param source the bytes, from index 0
   * @param length how many there are
   * @param target where the result goes, from the given index, with room for {@link
   *     #maxCompressedLength}
   * @param targetOffset where in the target it starts
   * @return the length of the result
   */
  int compress(byte[] source, int length, byte[] target, int targetOffset);

  /**
   * Decompresses what {@link #compress} made. It writes nothing behind the end of the target and
   * reads nothing outside the given range, whatever the bytes are.
   *
   * @param source the compressed bytes
   * @param sourceOffset where they start
   * @param length how many there are
   * @param target where the result goes; its length is that of the original
   * @throws IllegalArgumentException if these are not compressed bytes, or their original has
   *     another length
   */
  void decompress(byte[] source, int sourceOffset, int length, byte[] target);
}
