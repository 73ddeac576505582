package dev.lockstep.engine.frame;

import dev.lockstep.Compression;

/** How frames name compressions, in one byte: 0 none, 1 LZ4, 2 Zstandard. */
final class CompressionCode {
  private CompressionCode() {}

  static byte of(Compression compression) {
    return switch (compression) {
      case NONE -> 0;
      case LZ4 -> 1;
      case ZSTD -> 2;
    };
  }

  static Compression decode(byte code) {
    return switch (code) {
      case 0 -> Compression.NONE;
      case 1 -> Compression.LZ4;
      case 2 -> Compression.ZSTD;
      default -> throw new IllegalArgumentException("unknown compression " + code);
    };
  }
}
