package dev.lockstep.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Compression;
import dev.lockstep.CompressionUnavailableException;
import dev.lockstep.Headers;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.MessageId;
import dev.lockstep.engine.frame.BatchBody;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.FrameBytes;
import dev.lockstep.spi.Compressor;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BatchTest {
  private static final long SEED = 20_260_301;
  private static final Compressor LZ4 = new DeflateCompressor(Compression.LZ4);

  private final BatchReader reader = new BatchReader(DeflateCompressor.all());
  private final Random random = new Random(SEED);

  private static Frame message(int n, byte[] payload) {
    boolean tombstone = n % 3 == 2;
    Envelope envelope =
        new Envelope(
            "orders",
            n % 3 == 0
                ? Optional.empty()
                : Optional.of(("key" + n).getBytes(StandardCharsets.UTF_8)),
            tombstone ? new byte[0] : payload,
            Headers.empty().with("n", new byte[] {(byte) n}),
            tombstone ? Kind.TOMBSTONE : Kind.MESSAGE,
            n % 2 == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(1000 + n)),
            n % 5 == 0 ? Optional.of("once-" + n) : Optional.empty());
    return MessageBody.encode(envelope, 7, MessageId.of(1, 2, n), 3, 4, 5);
  }

  private static List<Frame> texts(int count) {
    List<Frame> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messages.add(message(i, ("order " + i + " of many").getBytes(StandardCharsets.UTF_8)));
    }
    return messages;
  }

  private static ByteBuffer batch(List<Frame> messages) {
    BatchBuilder builder = new BatchBuilder(LZ4, BatchBody.MAX_BYTES);
    for (Frame message : messages) {
      assertThat(builder.hasRoomFor(message)).isTrue();
      builder.add(message);
    }
    List<Frame> frames = builder.frames();
    assertThat(frames).hasSize(1);
    return FrameBytes.body(frames.get(0));
  }

  private static byte[] encoded(Frame message) {
    return bytes(FrameBytes.body(message));
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  @Test
  void messagesComeBackAsTheyWereAndTheirTraitsStandInClear() {
    List<Frame> messages = texts(1000);
    ByteBuffer body = batch(messages);

    List<ByteBuffer> back = reader.messages(body, "test");

    assertThat(back).hasSize(1000);
    for (int i = 0; i < 1000; i++) {
      byte[] expected = encoded(messages.get(i));
      ByteBuffer plain = ByteBuffer.wrap(expected);
      assertThat(bytes(back.get(i))).isEqualTo(expected);
      assertThat(BatchBody.kind(body, i)).isEqualTo(MessageBody.kind(plain));
      assertThat(BatchBody.keyHash(body, i)).isEqualTo(MessageBody.keyHash(plain));
      assertThat(BatchBody.idempotencyHash(body, i)).isEqualTo(MessageBody.idempotencyHash(plain));
    }
    assertThat(BatchBody.branch(body)).isEqualTo(7);
    assertThat(BatchBody.topic(body)).isEqualTo(3);
    assertThat(BatchBody.partition(body)).isEqualTo(4);
    assertThat(BatchBody.compression(body)).isEqualTo(Compression.LZ4);
    assertThat(body.limit()).isLessThan(BatchBody.length(body) / 4);
  }

  @Test
  void severalMessagesHaveALimitAndOneHasNot() {
    BatchBuilder builder = new BatchBuilder(LZ4, 10_000);
    Frame large = message(0, new byte[100_000]);
    Frame small = message(1, new byte[1000]);

    assertThat(builder.hasRoomFor(large)).isTrue();
    builder.add(large);
    assertThat(builder.hasRoomFor(small)).isFalse();
    ByteBuffer alone = FrameBytes.body(builder.frames().get(0));
    assertThat(reader.messages(alone, "test"))
        .singleElement()
        .satisfies(one -> assertThat(bytes(one)).isEqualTo(encoded(large)));

    int count = 0;
    while (builder.hasRoomFor(small)) {
      builder.add(small);
      count++;
    }
    assertThat(count).isEqualTo(10_000 / (Integer.BYTES + small.bodyLength()));
    assertThat(builder.hasRoomFor(large)).isFalse();
  }

  @Test
  void whatDoesNotShrinkIsNotABatch() {
    List<Frame> messages = new ArrayList<>();
    BatchBuilder builder = new BatchBuilder(LZ4, BatchBody.MAX_BYTES);
    for (int i = 0; i < 6; i += 3) {
      byte[] noise = new byte[2000];
      random.nextBytes(noise);
      messages.add(message(i, noise));
      builder.add(messages.get(messages.size() - 1));
    }

    List<Frame> frames = builder.frames();

    assertThat(frames).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(bytes(FrameBytes.body(frames.get(i)))).isEqualTo(encoded(messages.get(i)));
    }
    assertThat(builder.count()).isZero();
  }

  /** A frame's checksum would find it first; but nothing depends on that. */
  @Test
  void damagedBatchIsRefusedOrHasAsManyMessages() {
    ByteBuffer whole = batch(texts(50));
    byte[] original = bytes(whole.duplicate());
    int refused = 0;
    for (int i = 0; i < 5000; i++) {
      byte[] damaged = original.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      int length =
          random.nextInt(5) == 0 ? 24 + random.nextInt(damaged.length - 24) : damaged.length;
      try {
        assertThat(reader.messages(ByteBuffer.wrap(damaged, 0, length).slice(), "test"))
            .hasSize(50);
      } catch (IllegalArgumentException e) {
        refused++;
      }
    }
    assertThat(refused).as("with seed %s", SEED).isGreaterThan(2000);
  }

  /** Gigabytes that a few bytes claim to be are refused before room is made for them. */
  @Test
  void declaredLengthIsBounded() {
    ByteBuffer body = batch(texts(50));
    for (int length : new int[] {BatchBody.MAX_BYTES + 1, Integer.MAX_VALUE, -1, 0, 199}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> reader.messages(copyWith(body, 20, length), "test"))
          .withMessageContaining("a batch of 50 messages in " + length + " bytes");
    }
    ByteBuffer alone = batch(texts(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reader.messages(copyWith(alone, 20, Integer.MAX_VALUE), "test"));
  }

  /** A megabyte of zeros in a batch that says it has a few bytes. */
  @Test
  void moreThanWasDeclaredIsNotDecompressed() {
    ByteBuffer body = batch(List.of(message(0, new byte[1 << 20])));

    assertThat(body.limit()).isLessThan(4096);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reader.messages(copyWith(body, 20, 1000), "test"));
  }

  /** A batch that says it has two messages, and has three. */
  @Test
  void anotherNumberOfMessagesThanDeclaredIsRefused() {
    ByteBuffer messages = ByteBuffer.allocate(10_000);
    for (Frame message : texts(3)) {
      message.copyBodyTo(messages.putInt(message.bodyLength()));
    }
    messages.flip();
    byte[] target = new byte[LZ4.maxCompressedLength(messages.limit())];
    byte[] source = bytes(messages.duplicate());
    int length = LZ4.compress(source, source.length, target, 0);
    Frame frame =
        BatchBody.encode(Compression.LZ4, messages, 2, ByteBuffer.wrap(target, 0, length));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> reader.messages(FrameBytes.body(frame), "test"))
        .withMessage("3 messages in a batch of 2");
  }

  private static ByteBuffer copyWith(ByteBuffer body, int at, int value) {
    byte[] copy = bytes(body.duplicate());
    return ByteBuffer.wrap(copy).putInt(at, value);
  }

  @Test
  void compressorThatIsNotThereIsNamedWithItsRemedy() {
    BatchReader none = new BatchReader(Compressors.of());

    assertThatThrownBy(() -> none.messages(batch(texts(3)), "reading 'orders'"))
        .isInstanceOf(CompressionUnavailableException.class)
        .hasMessage(
            "LSTP-0112: reading 'orders' needs LZ4, and no compressor for that is on the class"
                + " path. Add dev.lockstep:lockstep-compression and its libraries, or use another"
                + " compression");
  }

  @Test
  void compressorWhoseLibraryIsNotThereSaysSo() {
    Compressor broken =
        new Compressor() {
          @Override
          public Compression compression() {
            return Compression.ZSTD;
          }

          @Override
          public int maxCompressedLength(int length) {
            throw new NoClassDefFoundError("com/github/luben/zstd/Zstd");
          }

          @Override
          public int compress(byte[] source, int length, byte[] target, int targetOffset) {
            throw new AssertionError("not asked for");
          }

          @Override
          public void decompress(byte[] source, int sourceOffset, int length, byte[] target) {
            throw new AssertionError("not asked for");
          }
        };

    assertThatThrownBy(() -> Compressors.of(broken).require(Compression.ZSTD, "topic 'orders'"))
        .isInstanceOf(CompressionUnavailableException.class)
        .hasMessageContainingAll("topic 'orders' needs ZSTD", "com/github/luben/zstd/Zstd")
        .hasCauseInstanceOf(NoClassDefFoundError.class);
  }

  @Test
  void twoCompressorsForOneCompressionAreRefused() {
    assertThatThrownBy(() -> Compressors.of(LZ4, LZ4))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("two compressors for LZ4");
  }
}
