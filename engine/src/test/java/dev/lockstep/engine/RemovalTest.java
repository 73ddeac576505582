package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Compression;
import dev.lockstep.Headers;
import dev.lockstep.Message;
import dev.lockstep.Reader;
import dev.lockstep.ReaderConfig;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.Topics.TopicInfo;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.Storage;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What retention and compaction remove, and what they keep; before and after a crash. */
@Timeout(60)
@ExtendWith(QuietLog.class)
class RemovalTest {
  private static final TopicConfig ORDERS = TopicConfig.of("orders");

  /** What is between the removal and the look. */
  enum Then {
    /** Nothing. */
    LOOK,
    /** The process is killed: a replay does the same again. */
    CRASH,
    /** A checkpoint, and then the process is killed. */
    CHECKPOINT
  }

  private final Ticking clock = new Ticking();
  private PowerCutStorage storage = new PowerCutStorage(3);
  private Engine engine = open();

  private Engine open() {
    return open(storage);
  }

  private Engine open(Storage opened) {
    try {
      return EngineProvider.open(
          TestLogs.config(Path.of("memory")).build(), opened, DeflateCompressor.all(), clock);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void then(Then what) {
    if (what != Then.LOOK) {
      if (what == Then.CHECKPOINT) {
        engine.reclaimNow();
      }
      PowerCutStorage left = storage.afterCut(PowerCutStorage.Loss.DROP);
      TestLogs.closeFailed(engine);
      storage = left;
      engine = open();
    }
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void send(String topic, String key, String payload) {
    send(
        new Envelope(
            topic,
            Optional.of(key.getBytes(StandardCharsets.UTF_8)),
            payload.getBytes(StandardCharsets.UTF_8),
            Headers.empty()));
  }

  private void send(Envelope message) {
    Branch branch = engine.log().begin();
    branch.append(message);
    branch.commitOnePhase();
  }

  private void sendNumbers(int from, int to) {
    for (int i = from; i < to; i++) {
      send("orders", "key" + i, "" + i);
    }
  }

  private void delete(String topic, String key) {
    send(
        new Envelope(
            topic,
            Optional.of(key.getBytes(StandardCharsets.UTF_8)),
            new byte[0],
            Headers.empty(),
            Kind.TOMBSTONE,
            Optional.empty(),
            Optional.empty()));
  }

  private TopicInfo orders() {
    return engine.topics().find("orders").orElseThrow();
  }

  private List<Delivery> all(String group) {
    List<Delivery> all = new ArrayList<>();
    try (Subscription member = engine.log().subscribe(group, "orders", StartFrom.EARLIEST)) {
      List<Delivery> some = member.fetch(100, Duration.ZERO);
      while (!some.isEmpty()) {
        all.addAll(some);
        some = member.fetch(100, Duration.ZERO);
      }
    }
    return all;
  }

  private List<String> payloads() {
    return all("look").stream().map(RemovalTest::payload).toList();
  }

  private static String payload(Delivery delivery) {
    return new String(delivery.envelope().payload(), StandardCharsets.UTF_8);
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toList();
  }

  @ParameterizedTest
  @EnumSource
  void messagesThatAreTooOldAreRemoved(Then then) {
    engine.topics().create(ORDERS.retainFor(Duration.ofHours(1)));
    sendNumbers(0, 10);
    clock.pass(Duration.ofMinutes(40));
    sendNumbers(10, 20);
    clock.pass(Duration.ofMinutes(20));
    engine.reclaimNow();
    assertThat(orders().firstOffset(0)).isZero();
    clock.pass(Duration.ofMillis(1));
    engine.reclaimNow();
    then(then);
    assertThat(orders().firstOffset(0)).isEqualTo(10);
    assertThat(payloads()).isEqualTo(numbers(10, 20));
    clock.pass(Duration.ofHours(1));
    engine.reclaimNow();
    then(then);
    assertThat(payloads()).isEmpty();
    assertThat(orders().bytes()).isZero();
    assertThat(orders().firstOffset(0)).isEqualTo(20);
    send("orders", "next", "next");
    assertThat(all("other")).extracting(Delivery::offset).containsExactly(20L);
  }

  @ParameterizedTest
  @EnumSource
  void theOldestMessagesGoWhenAllTakeTooMuchRoom(Then then) {
    engine.topics().create(ORDERS);
    sendNumbers(0, 10);
    long each = orders().bytes() / 10;
    sendNumbers(10, 20);
    engine.topics().alter(ORDERS.retainBytes(5 * each));
    engine.reclaimNow();
    then(then);
    assertThat(payloads()).isEqualTo(numbers(15, 20));
    assertThat(orders().bytes()).isEqualTo(5 * each);
    engine.reclaimNow();
    assertThat(orders().firstOffset(0)).isEqualTo(15);
    sendNumbers(20, 23);
    engine.reclaimNow();
    then(then);
    assertThat(payloads()).isEqualTo(numbers(18, 23));
  }

  @ParameterizedTest
  @EnumSource
  void whatEveryGroupHasConsumedIsRemoved(Then then) {
    engine.topics().create(ORDERS.retainUntilConsumed());
    sendNumbers(0, 10);
    engine.reclaimNow();
    assertThat(orders().firstOffset(0)).isZero();
    consume("one", 7);
    consume("two", 4);
    engine.reclaimNow();
    then(then);
    assertThat(orders().firstOffset(0)).isEqualTo(4);
    consume("two", 6);
    engine.reclaimNow();
    then(then);
    assertThat(orders().firstOffset(0)).isEqualTo(7);
    assertThat(engine.groups().find("one", "orders").orElseThrow().lag()).isEqualTo(3);
    assertThat(payloads()).isEqualTo(numbers(7, 10));
  }

  private void consume(String group, int count) {
    try (Subscription member = engine.log().subscribe(group, "orders", StartFrom.EARLIEST)) {
      List<Delivery> some = member.fetch(count, Duration.ZERO);
      Branch branch = engine.log().begin();
      branch.acknowledge(
          group,
          "orders",
          0,
          some.get(0).offset(),
          some.get(some.size() - 1).offset() + 1,
          member.memberEpoch());
      branch.commitOnePhase();
    }
  }

  @Test
  void aLimitDoesNotRemoveWhatAGroupHasStillToConsume() {
    engine.topics().create(ORDERS.retainUntilConsumed().retainFor(Duration.ofHours(1)));
    sendNumbers(0, 10);
    consume("one", 4);
    engine.reclaimNow();
    assertThat(orders().firstOffset(0)).isZero();
    clock.pass(Duration.ofHours(2));
    engine.reclaimNow();
    assertThat(orders().firstOffset(0)).isEqualTo(4);
  }

  @Test
  void withoutRetentionEverythingStays() {
    engine.topics().create(ORDERS);
    sendNumbers(0, 10);
    consume("one", 10);
    clock.pass(Duration.ofDays(10_000));
    engine.reclaimNow();
    assertThat(payloads()).isEqualTo(numbers(0, 10));
  }

  @ParameterizedTest
  @EnumSource
  void theNewestMessageOfEachKeyStays(Then then) {
    engine.topics().create(ORDERS.compacted(Duration.ofHours(1)));
    for (int i = 0; i < 30; i++) {
      send("orders", "key" + i % 7, "" + i);
    }
    send(new Envelope("orders", Optional.empty(), new byte[] {'x'}, Headers.empty()));
    send(new Envelope("orders", Optional.empty(), new byte[] {'y'}, Headers.empty()));
    engine.reclaimNow();
    then(then);
    List<String> newest = new ArrayList<>(numbers(23, 30));
    newest.addAll(List.of("x", "y"));
    assertThat(payloads()).isEqualTo(newest);
    assertThat(engine.groups().find("look", "orders").orElseThrow().committed(0)).hasValue(0);
    send("orders", "key3", "new");
    engine.reclaimNow();
    then(then);
    newest.remove("24");
    newest.add("new");
    assertThat(all("other")).extracting(RemovalTest::payload).isEqualTo(newest);
  }

  @ParameterizedTest
  @EnumSource
  void aTombstoneRemovesItsKeyAndGoesInTime(Then then) {
    engine.topics().create(ORDERS.compacted(Duration.ofHours(1)));
    send("orders", "a", "1");
    send("orders", "b", "2");
    delete("orders", "a");
    send("orders", "c", "3");
    engine.reclaimNow();
    then(then);
    assertThat(payloads()).containsExactly("2", "", "3");
    clock.pass(Duration.ofHours(1));
    engine.reclaimNow();
    assertThat(payloads()).containsExactly("2", "", "3");
    clock.pass(Duration.ofMillis(1));
    engine.reclaimNow();
    then(then);
    assertThat(payloads()).containsExactly("2", "3");
    delete("orders", "b");
    clock.pass(Duration.ofHours(2));
    engine.reclaimNow();
    then(then);
    assertThat(payloads()).as("the last entry stays").containsExactly("3", "");
  }

  /** A value that expires does not bring the one before it back. */
  @ParameterizedTest
  @EnumSource
  void anExpiredMessageStandsForItsKey(Then then) {
    engine.topics().create(ORDERS.compacted(Duration.ofHours(1)));
    send("orders", "a", "1");
    send(
        new Envelope(
            "orders",
            Optional.of(new byte[] {'a'}),
            new byte[] {'2'},
            Headers.empty(),
            Kind.MESSAGE,
            Optional.of(clock.instant().plus(Duration.ofMinutes(1))),
            Optional.empty()));
    send("orders", "b", "3");
    clock.pass(Duration.ofMinutes(1));
    assertThat(payloads()).as("not compacted yet").containsExactly("1", "3");
    engine.reclaimNow();
    then(then);
    assertThat(payloads()).containsExactly("3");
    send("orders", "a", "4");
    engine.reclaimNow();
    then(then);
    assertThat(payloads()).containsExactly("3", "4");
  }

  /** However little comes, what is superseded goes in time, and so do tombstones. */
  @Test
  void aQuietPartitionIsCompactedToo() {
    engine.topics().create(ORDERS.compacted(Duration.ofMinutes(30)));
    clock.pass(Duration.ofHours(9));
    send("orders", "a", "1");
    delete("orders", "a");
    send("orders", "b", "2");
    Reader<String> reader = engine.reader(ReaderConfig.of("orders", String.class));
    assertThat(offsets(reader)).containsExactly(0L, 1L, 2L);
    clock.pass(Duration.ofHours(1).plusMillis(1));
    await().untilAsserted(() -> assertThat(offsetsFromStart(reader)).containsExactly(1L, 2L));
    clock.pass(Duration.ofMinutes(31));
    await().untilAsserted(() -> assertThat(offsetsFromStart(reader)).containsExactly(2L));
    reader.close();
  }

  private static List<Long> offsetsFromStart(Reader<String> reader) {
    reader.seekToBeginning();
    return offsets(reader);
  }

  /** One pass does not remove both: whoever has read the value finds the tombstone. */
  @ParameterizedTest
  @EnumSource
  void aTombstoneStaysForItsTimeFromTheRemovalOfWhatIsOlder(Then then) {
    engine.topics().create(ORDERS.compacted(Duration.ofHours(1)));
    send("orders", "a", "1");
    delete("orders", "a");
    send("orders", "b", "2");
    clock.pass(Duration.ofHours(2));
    engine.reclaimNow();
    then(then);
    assertThat(payloads()).containsExactly("", "2");
    delete("orders", "b");
    send("orders", "c", "3");
    clock.pass(Duration.ofHours(1));
    engine.reclaimNow();
    then(then);
    assertThat(payloads()).containsExactly("", "", "3");
    clock.pass(Duration.ofMillis(1));
    engine.reclaimNow();
    then(then);
    assertThat(payloads()).containsExactly("", "3");
    clock.pass(Duration.ofHours(1).plusMillis(1));
    engine.reclaimNow();
    then(then);
    assertThat(payloads()).containsExactly("3");
  }

  @Test
  void keysWithTheSameHashAreToldApart() {
    String[] twins = HashTwins.find();
    engine.topics().create(ORDERS.compacted(Duration.ofHours(1)));
    send("orders", twins[0], "a1");
    send("orders", twins[1], "b1");
    send("orders", twins[0], "a2");
    send("orders", twins[1], "b2");
    send("orders", twins[1], "b3");
    send("orders", "other", "c");
    engine.reclaimNow();
    assertThat(payloads()).containsExactly("a2", "b3", "c");
  }

  @Test
  void compactionWaitsForConsumptionIfTheTopicSaysSo() {
    engine.topics().create(ORDERS.compacted(Duration.ofHours(1)).retainUntilConsumed());
    for (int i = 0; i < 6; i++) {
      send("orders", "key", "" + i);
    }
    consume("one", 3);
    engine.reclaimNow();
    assertThat(payloads()).containsExactly("2", "3", "4", "5");
  }

  @Test
  void batchesAreCompactedToo() {
    engine.topics().create(ORDERS.compacted(Duration.ZERO).compression(Compression.LZ4));
    Branch branch = engine.log().begin();
    for (int i = 0; i < 200; i++) {
      branch.append(
          new Envelope(
              "orders",
              Optional.of(("key" + i % 10).getBytes(StandardCharsets.UTF_8)),
              ("" + i).getBytes(StandardCharsets.UTF_8),
              Headers.empty()));
    }
    branch.commitOnePhase();
    engine.reclaimNow();
    assertThat(payloads()).isEqualTo(numbers(190, 200));
    then(Then.CHECKPOINT);
    assertThat(all("again")).extracting(RemovalTest::payload).isEqualTo(numbers(190, 200));
  }

  /**
   * A group goes back while a compaction is under way, and catches up: the value stays that the
   * group has to consume, and so does the tombstone behind it until the value is gone.
   */
  @Test
  void aGroupThatGoesBackDuringACompactionFindsEverything() throws Exception {
    engine.close();
    storage = new PowerCutStorage(3);
    GatedStorage gate = new GatedStorage(storage);
    engine = open(gate);
    engine.topics().create(ORDERS.compacted(Duration.ZERO).retainUntilConsumed());
    send("orders", "a", "1");
    delete("orders", "a");
    send("orders", "b", "2");
    consume("one", 3);
    clock.pass(Duration.ofMillis(1));
    Failures failures = new Failures();
    gate.holdReadsOf("lockstep-store");
    Thread compacting = failures.thread(() -> engine.reclaimNow());
    compacting.start();
    gate.awaitHeld();
    engine.groups().reset("one", "orders", 0, 0);
    gate.holdForcesInstead(); // of the frame that removes the value
    Thread consuming = failures.thread(() -> consume("one", 3));
    consuming.start();
    await().until(() -> consuming.getState() == Thread.State.WAITING);
    gate.release();
    compacting.join();
    consuming.join();
    failures.rethrow();
    assertThat(engine.groups().find("one", "orders").orElseThrow().lag()).isZero();
    Reader<String> reader = engine.reader(ReaderConfig.of("orders", String.class));
    assertThat(offsets(reader)).containsExactly(0L, 1L, 2L);
    clock.pass(Duration.ofMillis(1));
    engine.reclaimNow();
    clock.pass(Duration.ofMillis(1));
    engine.reclaimNow();
    reader.seekToBeginning();
    assertThat(offsets(reader)).containsExactly(2L);
  }

  private static List<Long> offsets(Reader<String> reader) {
    return reader.poll(Duration.ZERO).stream().map(Message::offset).toList();
  }

  /** Beside each message that stays there are many that go: their room goes, too. */
  @Test
  void compactionOfACompressedTopicGivesRoomBack() {
    engine.topics().create(ORDERS.compacted(Duration.ZERO).compression(Compression.LZ4));
    Random random = new Random(4);
    for (int i = 0; i < 40; i++) {
      Branch branch = engine.log().begin();
      for (int j = 0; j < 50; j++) {
        branch.append(
            new Envelope(
                "orders",
                Optional.of((j == 25 ? "stays" + i : "goes" + j).getBytes(StandardCharsets.UTF_8)),
                Long.toHexString(random.nextLong()).repeat(20).getBytes(StandardCharsets.UTF_8),
                Headers.empty()));
      }
      branch.commitOnePhase();
    }
    engine.reclaimNow();
    assertThat(all("look")).hasSize(40 + 49);
    // Each of them has a batch of its own; one of 50 messages has some 2,600 bytes.
    assertThat(orders().bytes()).isLessThan((40 + 49) * 200L);
  }
}
