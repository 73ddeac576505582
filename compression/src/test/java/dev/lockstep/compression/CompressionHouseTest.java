package dev.lockstep.compression;

import dev.lockstep.house.HouseTest;
import org.junit.jupiter.api.Test;

class CompressionHouseTest extends HouseTest {
  @Test
  void knowsTheSpiAndTheLibraries() {
    checkOnly(
        "a compressor knows bytes, and nothing of what a log makes of them",
        "dev.lockstep",
        "dev.lockstep.spi",
        "dev.lockstep.compression..",
        "net.jpountz.lz4..",
        "com.github.luben.zstd..",
        "java..",
        "org.jspecify..");
  }
}
