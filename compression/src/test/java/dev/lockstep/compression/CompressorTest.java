package dev.lockstep.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.Compression;
import dev.lockstep.spi.Compressor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the log asks of a compressor, for both. */
@Timeout(60)
class CompressorTest {
  private static final long SEED = 20_260_203;

  static Stream<Compressor> compressors() {
    return Stream.of(new Lz4Compressor(), new ZstdCompressor());
  }

  private static byte[] text(int length) {
    byte[] words = "order 4711 größe {\"a\":true} ".getBytes(StandardCharsets.UTF_8);
    byte[] text = new byte[length];
    for (int i = 0; i < length; i++) {
      text[i] = words[(i + i / 1000) % words.length];
    }
    return text;
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(SEED).nextBytes(bytes);
    return bytes;
  }

  private static byte[] compress(Compressor compressor, byte[] bytes, int at) {
    byte[] target = new byte[at + compressor.maxCompressedLength(bytes.length)];
    int length = compressor.compress(bytes, bytes.length, target, at);
    return Arrays.copyOf(target, at + length);
  }

  @ParameterizedTest
  @MethodSource("compressors")
  void everyLengthComesBackAsItWas(Compressor compressor) {
    for (int length : new int[] {0, 1, 2, 63, 64, 1000, 65_535, 65_536, 300_000, 4_000_000}) {
      for (byte[] bytes : List.of(text(length), noise(length), new byte[length])) {
        byte[] compressed = compress(compressor, bytes, 7);
        byte[] back = new byte[length];
        compressor.decompress(compressed, 7, compressed.length - 7, back);
        assertThat(back).isEqualTo(bytes);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("compressors")
  void onlyTheGivenBytesAreCompressed(Compressor compressor) {
    byte[] longer = text(2000);
    byte[] target = new byte[compressor.maxCompressedLength(1000)];
    int length = compressor.compress(longer, 1000, target, 0);

    byte[] back = new byte[1000];
    compressor.decompress(target, 0, length, back);

    assertThat(back).isEqualTo(Arrays.copyOf(longer, 1000));
  }

  @ParameterizedTest
  @MethodSource("compressors")
  void whatIsRepeatedShrinks(Compressor compressor) {
    assertThat(compress(compressor, new byte[1 << 20], 0)).hasSizeLessThan(8192);
  }

  /** A megabyte in a few bytes does not get more room than was asked for. */
  @ParameterizedTest
  @MethodSource("compressors")
  void originalOfAnotherLengthIsRefused(Compressor compressor) {
    byte[] compressed = compress(compressor, new byte[1 << 20], 0);

    for (int claimed : new int[] {0, 1, 1000, (1 << 20) - 1, (1 << 20) + 1, 1 << 21}) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> compressor.decompress(compressed, 0, compressed.length, new byte[claimed]));
    }
  }

  /** Whatever the bytes are: the right original, another one of that length, or the exception. */
  @ParameterizedTest
  @MethodSource("compressors")
  void damagedBytesNeverDoWorseThanARefusal(Compressor compressor) {
    byte[] bytes = text(3000);
    byte[] compressed = compress(compressor, bytes, 0);
    Random random = new Random(SEED);
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] damaged = compressed.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      int length = random.nextInt(4) == 0 ? random.nextInt(damaged.length) : damaged.length;
      try {
        compressor.decompress(damaged, 0, length, new byte[bytes.length]);
      } catch (IllegalArgumentException e) {
        refused++;
      }
    }
    assertThat(refused).as("with seed %s", SEED).isGreaterThan(100);
  }

  @ParameterizedTest
  @MethodSource("compressors")
  void oneCompressorIsForAllThreads(Compressor compressor) {
    boolean all =
        IntStream.range(0, 400)
            .parallel()
            .allMatch(
                i -> {
                  byte[] bytes = text(1000 + i);
                  byte[] compressed = compress(compressor, bytes, 0);
                  byte[] back = new byte[bytes.length];
                  compressor.decompress(compressed, 0, compressed.length, back);
                  return Arrays.equals(bytes, back);
                });

    assertThat(all).isTrue();
  }

  @Test
  void bothAreFoundOnTheClassPath() {
    assertThat(ServiceLoader.load(Compressor.class))
        .extracting(Compressor::compression)
        .containsExactlyInAnyOrder(Compression.LZ4, Compression.ZSTD);
  }
}
