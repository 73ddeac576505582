package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Compression;
import dev.lockstep.CompressionUnavailableException;
import dev.lockstep.CorruptLogException;
import dev.lockstep.Headers;
import dev.lockstep.Ordering;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.batch.Compressors;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Compressor;
import dev.lockstep.spi.Cursor;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.LogListener;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.SubscriptionConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics whose messages are compressed: nobody but the disk sees a difference. */
@Timeout(60)
@ExtendWith(QuietLog.class)
class CompressionTest {
  private static final long SEED = 20_260_302;
  private static final TopicConfig ORDERS =
      TopicConfig.of("orders").partitions(2).compression(Compression.LZ4);
  private static final BranchId ID = BranchId.of(7, new byte[] {1}, new byte[] {2});

  private final Random random = new Random(SEED);
  private final PowerCutStorage storage = new PowerCutStorage(SEED);

  private static Envelope text(String topic, int n) {
    byte[] key = ("key" + n % 5).getBytes(StandardCharsets.UTF_8);
    byte[] payload =
        ("message number " + n + ", with text that repeats itself, itself, itself, itself")
            .getBytes(StandardCharsets.UTF_8);
    return new Envelope(topic, Optional.of(key), payload, Headers.empty());
  }

  private Envelope noise(String topic, int bytes) {
    byte[] payload = new byte[bytes];
    random.nextBytes(payload);
    return new Envelope(topic, Optional.empty(), payload, Headers.empty());
  }

  private static List<Delivery> readAll(Engine engine, String topic, int max) {
    List<Delivery> all = new ArrayList<>();
    try (Subscription member = engine.log().subscribe("reader-" + max, topic, StartFrom.EARLIEST)) {
      List<Delivery> some = member.fetch(max, Duration.ZERO);
      while (!some.isEmpty()) {
        all.addAll(some);
        some = member.fetch(max, Duration.ZERO);
      }
    }
    return all;
  }

  private static List<byte[]> payloads(List<Delivery> deliveries, int partition) {
    return deliveries.stream()
        .filter(delivery -> delivery.partition() == partition)
        .map(delivery -> delivery.envelope().payload())
        .toList();
  }

  /** Checks that all messages of each partition are there in the order of the sends. */
  private static void assertThere(Engine engine, List<Envelope> sent, int max) {
    List<Delivery> there = readAll(engine, "orders", max);
    assertThat(there).hasSize(sent.size());
    for (Delivery delivery : there) {
      assertThat(delivery.envelope().headers()).isEqualTo(Headers.empty());
    }
    for (int partition = 0; partition < 2; partition++) {
      List<byte[]> payloads = payloads(there, partition);
      List<byte[]> asSent =
          sent.stream()
              .map(Envelope::payload)
              .filter(payload -> payloads.stream().anyMatch(p -> Arrays.equals(p, payload)))
              .toList();
      assertThat(payloads).usingElementComparator(Arrays::compare).isEqualTo(asSent);
    }
  }

  @Test
  void batchesAndPlainMessagesAreReadAlike() throws IOException {
    List<Envelope> sent = new ArrayList<>();
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(ORDERS);
      for (int i = 0; i < 40; i++) {
        Branch branch = engine.log().begin();
        for (int j = 0; j <= i % 7 * 30; j++) {
          Envelope message = j % 11 == 10 ? noise("orders", 3000) : text("orders", 1000 * i + j);
          sent.add(message);
          branch.append(message);
        }
        branch.commitOnePhase();
      }
      assertThere(engine, sent, 1000);
      assertThere(engine, sent, 7);
    }
    try (Engine again = TestLogs.open(TestLogs.again(storage))) {
      assertThere(again, sent, 999);
    }
  }

  @Test
  void textTakesLessRoomAndNoiseNoMore() throws IOException {
    assertThat(written("orders", i -> text("orders", i)))
        .isLessThan(written("plain", i -> text("plain", i)) / 3);
    assertThat(written("orders", i -> noise("orders", 900)))
        .isLessThanOrEqualTo(written("plain", i -> noise("plain", 900)));
  }

  /** How many bytes of the log one transaction takes. */
  private static long written(String topic, IntFunction<Envelope> message) throws IOException {
    AtomicLong written = new AtomicLong();
    LogListener listener =
        new LogListener() {
          @Override
          public void forced(long bytes, Duration took) {
            written.addAndGet(bytes);
          }
        };
    PowerCutStorage storage = new PowerCutStorage(SEED);
    try (Engine engine =
        TestLogs.open(storage, TestLogs.config(Path.of("memory")).listener(listener).build())) {
      engine.topics().create(ORDERS);
      engine.topics().create(TopicConfig.of("plain").partitions(2));
      Branch branch = engine.log().begin();
      for (int i = 0; i < 50; i++) {
        branch.append(message.apply(i));
      }
      long before = written.get();
      branch.commitOnePhase();
      assertThat(readAll(engine, topic, 1000)).hasSize(50);
      return written.get() - before;
    }
  }

  /** After a kill the log is replayed, after a close the checkpoint has the branch. */
  @ParameterizedTest
  @ValueSource(strings = {"kill", "close"})
  void preparedBatchesSurviveAndAreDecidedLater(String end) throws IOException {
    List<Envelope> sent = new ArrayList<>();
    Engine engine = TestLogs.open(storage);
    engine.topics().create(ORDERS);
    Branch branch = engine.log().begin(ID);
    for (int i = 0; i < 100; i++) {
      sent.add(text("orders", i));
      branch.append(sent.get(i));
    }
    assertThat(branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]))
        .isEqualTo(Branch.Vote.PREPARED);
    if (end.equals("close")) {
      engine.close();
    }
    PowerCutStorage left = TestLogs.again(storage);
    TestLogs.closeFailed(engine);

    try (Engine again = TestLogs.open(left)) {
      assertThat(readAll(again, "orders", 1000)).isEmpty();
      assertThat(again.transactions().inDoubt().get(0).messagesByTopic())
          .containsEntry("orders", 100);
      again.log().commit(ID);
      assertThere(again, sent, 999);
    }
  }

  @Test
  void limitsCountWhatWasSentAndNotWhatIsWritten() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(ORDERS);
      Branch branch = engine.log().begin();
      byte[] zeros = new byte[TestLogs.MAX_MESSAGE];
      for (int i = 0; i < TestLogs.MAX_TRANSACTION / TestLogs.MAX_MESSAGE - 1; i++) {
        branch.append(new Envelope("orders", Optional.empty(), zeros, Headers.empty()));
      }
      assertThatThrownBy(
              () -> branch.append(new Envelope("orders", Optional.empty(), zeros, Headers.empty())))
          .hasMessageContaining("lockstep.max-transaction-size");
      branch.commitOnePhase();
      assertThat(readAll(engine, "orders", 1000)).hasSize(7);
    }
  }

  /** A fetch takes no more than some megabytes, however small the frames are. */
  @Test
  void fetchIsBoundedByWhatItDecompresses() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(ORDERS.partitions(1));
      byte[] zeros = new byte[TestLogs.MAX_MESSAGE];
      for (int i = 0; i < 64; i++) {
        Branch branch = engine.log().begin();
        for (int j = 0; j < 5; j++) {
          branch.append(new Envelope("orders", Optional.empty(), zeros, Headers.empty()));
        }
        branch.commitOnePhase();
      }
      try (Subscription member = engine.log().subscribe("g", "orders", StartFrom.EARLIEST)) {
        int first = member.fetch(1000, Duration.ZERO).size();
        assertThat(first).isBetween(100, 160);
        int all = first;
        for (int n = 1; n > 0; all += n) {
          n = member.fetch(1000, Duration.ZERO).size();
        }
        assertThat(all).isEqualTo(320);
      }
    }
  }

  @Test
  void withoutTheCompressorATopicIsNotCreatedAndNothingIsSent() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(ORDERS);
    }
    try (Engine without =
        TestLogs.open(TestLogs.again(storage), TestLogs.config(), Compressors.installed())) {
      assertThatThrownBy(
              () -> without.topics().create(TopicConfig.of("other").compression(Compression.ZSTD)))
          .isInstanceOf(CompressionUnavailableException.class)
          .hasMessageContainingAll("topic 'other' needs ZSTD", "lockstep-compression");
      assertThat(without.topics().find("other")).isEmpty();

      Branch branch = without.log().begin();
      assertThatThrownBy(() -> branch.append(text("orders", 1)))
          .isInstanceOf(CompressionUnavailableException.class)
          .hasMessageContainingAll("a message to 'orders' needs LZ4", "lockstep-compression");
      assertThat(branch.isEmpty()).isTrue();
      branch.commitOnePhase();
    }
  }

  @Test
  void withoutTheCompressorWhatIsPlainIsReadAndTheBatchIsNamed() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(ORDERS.partitions(1));
      for (int i = 0; i < 2; i++) {
        Branch branch = engine.log().begin();
        for (int j = 0; j < 3; j++) {
          branch.append(i == 0 ? noise("orders", 500) : text("orders", j));
        }
        branch.commitOnePhase();
      }
    }
    PowerCutStorage again = TestLogs.again(storage);
    try (Engine without = TestLogs.open(again, TestLogs.config(), Compressors.installed());
        Subscription member = without.log().subscribe("g", "orders", StartFrom.EARLIEST)) {
      assertThat(member.fetch(100, Duration.ZERO)).hasSize(3);
      assertThatThrownBy(() -> member.fetch(100, Duration.ZERO))
          .isInstanceOf(CompressionUnavailableException.class)
          .hasMessageContainingAll("reading 'orders' needs LZ4", "lockstep-compression");
    }
    try (Engine with = TestLogs.open(TestLogs.again(again))) {
      assertThat(readAll(with, "orders", 100)).hasSize(6);
    }
  }

  /** Each fetch says so again, none passes it over, and other partitions go on. */
  @ParameterizedTest
  @EnumSource
  void withoutTheCompressorNothingIsPassedOver(Ordering ordering) throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(ORDERS.partitions(2));
      for (int i = 0; i < 3; i++) {
        send(engine, noise("orders", 500), 1, 1);
      }
      send(engine, noise("orders", 500), 0, 1);
      send(engine, text("orders", 0), 0, 9);
    }
    SubscriptionConfig config =
        SubscriptionConfig.of("g", "orders", StartFrom.EARLIEST).ordering(ordering);
    PowerCutStorage again = TestLogs.again(storage);
    try (Engine without = TestLogs.open(again, TestLogs.config(), Compressors.installed());
        Subscription member = without.log().subscribe(config);
        Cursor cursor = without.log().read("orders", Set.of())) {
      assertSoundOnesAndThenTheReason(max -> member.fetch(max, Duration.ZERO));
      assertSoundOnesAndThenTheReason(max -> cursor.fetch(max, Duration.ZERO));
    }
    try (Engine with = TestLogs.open(TestLogs.again(again));
        Subscription member = with.log().subscribe(config)) {
      assertThat(member.fetch(100, Duration.ZERO)).hasSize(13);
    }
  }

  private static void assertSoundOnesAndThenTheReason(IntFunction<List<Delivery>> fetch) {
    List<Delivery> sound = new ArrayList<>();
    while (sound.size() < 4) {
      sound.addAll(fetch.apply(2));
    }
    assertThat(sound).extracting(Delivery::partition).containsExactlyInAnyOrder(0, 1, 1, 1);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> fetch.apply(100))
          .isInstanceOf(CompressionUnavailableException.class)
          .hasMessageContaining("reading 'orders' needs LZ4");
    }
  }

  /** Sends a message to a partition, so many times in one transaction. */
  private static void send(Engine engine, Envelope message, int partition, int times) {
    Branch branch = engine.log().begin();
    byte[] key = TestLogs.keyOf(partition, 2).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < times; i++) {
      branch.append(new Envelope("orders", Optional.of(key), message.payload(), message.headers()));
    }
    branch.commitOnePhase();
  }

  /** The frame's checksum is right and yet its content is not: another compressor wrote it. */
  @Test
  void batchThatCantBeDecompressedIsNeverDelivered() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(ORDERS.partitions(1));
      Branch branch = engine.log().begin();
      for (int i = 0; i < 50; i++) {
        branch.append(text("orders", i));
      }
      branch.commitOnePhase();
    }
    Compressor other =
        new Compressor() {
          private final Compressor real = new DeflateCompressor(Compression.LZ4);

          @Override
          public Compression compression() {
            return Compression.LZ4;
          }

          @Override
          public int maxCompressedLength(int length) {
            return real.maxCompressedLength(length);
          }

          @Override
          public int compress(byte[] source, int length, byte[] target, int at) {
            return real.compress(source, length, target, at);
          }

          @Override
          public void decompress(byte[] source, int at, int length, byte[] target) {
            if (length > 20) {
              throw new IllegalArgumentException("another format");
            }
            real.decompress(source, at, length, target);
          }
        };
    try (Engine again =
            TestLogs.open(TestLogs.again(storage), TestLogs.config(), Compressors.of(other));
        Subscription member = again.log().subscribe("g", "orders", StartFrom.EARLIEST)) {
      assertThatThrownBy(() -> member.fetch(100, Duration.ZERO))
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContainingAll(
              "batch at position", "offset 0 of partition 0 of 'orders'", "another format");
    }
  }
}
