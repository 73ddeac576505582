package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Compression;
import dev.lockstep.DuplicateInFlightException;
import dev.lockstep.Headers;
import dev.lockstep.MessageId;
import dev.lockstep.StartFrom;
import dev.lockstep.TooLargeException;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.index.PartitionIndex;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.tx.PreparedBranch;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Of several sends with one idempotency key one is a message, whatever lies between them. */
@Timeout(60)
@ExtendWith(QuietLog.class)
class DeduplicationTest {
  private static final long SEED = 20_260_305;
  private static final BranchId ID = BranchId.of(7, new byte[] {1}, new byte[] {2});

  private final PowerCutStorage storage = new PowerCutStorage(SEED);

  private static Envelope message(String topic, String key, String once, int size) {
    return new Envelope(
        topic,
        Optional.of(key.getBytes(StandardCharsets.UTF_8)),
        new byte[size],
        Headers.empty(),
        Kind.MESSAGE,
        Optional.empty(),
        Optional.of(once));
  }

  private static Envelope message(String once) {
    return message("orders", "key", once, 10);
  }

  private static MessageId send(Engine engine, Envelope message) {
    Branch branch = engine.log().begin();
    MessageId id = branch.append(message);
    branch.commitOnePhase();
    return id;
  }

  private static List<Delivery> readAll(Engine engine, String topic) {
    List<Delivery> all = new ArrayList<>();
    try (Subscription member = engine.log().subscribe("audit", topic, StartFrom.EARLIEST)) {
      List<Delivery> some = member.fetch(1000, Duration.ZERO);
      while (!some.isEmpty()) {
        all.addAll(some);
        some = member.fetch(1000, Duration.ZERO);
      }
    }
    return all;
  }

  private Engine open() throws IOException {
    Engine engine = TestLogs.open(storage);
    engine.topics().create(TopicConfig.of("orders").partitions(3));
    engine.topics().create(TopicConfig.of("other"));
    return engine;
  }

  @Test
  void repeatIsTheFirstMessage() throws IOException {
    try (Engine engine = open()) {
      MessageId first = send(engine, message("a"));

      assertThat(send(engine, message("a"))).isEqualTo(first);
      assertThat(send(engine, message("orders", "another key", "a", 500))).isEqualTo(first);
      assertThat(send(engine, message("b"))).isNotEqualTo(first);
      assertThat(send(engine, message("other", "key", "a", 10))).isNotEqualTo(first);
      assertThat(readAll(engine, "orders")).hasSize(2).extracting(Delivery::id).contains(first);
      assertThat(readAll(engine, "other")).hasSize(1);
    }
  }

  @Test
  void repeatWithinATransactionIsTheFirstMessage() throws IOException {
    try (Engine engine = open()) {
      Branch branch = engine.log().begin();
      MessageId first = branch.append(message("a"));
      assertThat(branch.append(message("a"))).isEqualTo(first);
      branch.append(message("b"));
      branch.commitOnePhase();

      assertThat(readAll(engine, "orders")).hasSize(2);
      Branch repeat = engine.log().begin();
      assertThat(repeat.append(message("a"))).isEqualTo(first);
      assertThat(repeat.isEmpty()).isTrue();
      assertThat(repeat.prepare(Decider.TRANSACTION_MANAGER, new byte[0]))
          .isEqualTo(Branch.Vote.READ_ONLY);
    }
  }

  @Test
  void whatWasRolledBackWasNeverSent() throws IOException {
    try (Engine engine = open()) {
      Branch branch = engine.log().begin();
      MessageId rolledBack = branch.append(message("a"));
      branch.rollback();

      Branch prepared = engine.log().begin(ID);
      MessageId alsoRolledBack = prepared.append(message("a"));
      prepared.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
      prepared.rollback();

      assertThat(send(engine, message("a"))).isNotIn(rolledBack, alsoRolledBack);
      assertThat(readAll(engine, "orders")).hasSize(1);
    }
  }

  @Test
  void keyOfAnUndecidedTransactionIsInFlight() throws IOException {
    try (Engine engine = open()) {
      Branch branch = engine.log().begin(ID);
      MessageId first = branch.append(message("a"));
      Branch second = engine.log().begin();

      assertThatThrownBy(() -> second.append(message("a")))
          .isInstanceOf(DuplicateInFlightException.class)
          .hasMessageContainingAll("LSTP-0110", "'orders'", "'a'", ID.toString())
          .satisfies(e -> assertThat(((DuplicateInFlightException) e).isRetriable()).isTrue());
      branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
      assertThatThrownBy(() -> second.append(message("a")))
          .isInstanceOf(DuplicateInFlightException.class);
      engine.log().commit(ID);

      second.append(message("b"));
      assertThat(second.append(message("a"))).isEqualTo(first);
      second.commitOnePhase();
      assertThat(readAll(engine, "orders")).hasSize(2);
    }
  }

  @Test
  void messageThatIsRefusedLeavesItsKeyFree() throws IOException {
    try (Engine engine = open()) {
      Branch branch = engine.log().begin();
      assertThatThrownBy(() -> branch.append(message("orders", "key", "a", TestLogs.MAX_MESSAGE)))
          .isInstanceOf(TooLargeException.class);

      MessageId first = send(engine, message("a"));

      assertThat(branch.append(message("a"))).isEqualTo(first);
      branch.rollback();
    }
  }

  @ParameterizedTest
  @CsvSource({"kill, NONE", "close, NONE", "kill, LZ4", "close, ZSTD"})
  void nextLifeKnowsWhatIsCommittedAndWhatIsInDoubt(String end, Compression compression)
      throws IOException {
    Engine engine = TestLogs.open(storage);
    engine.topics().create(TopicConfig.of("orders").partitions(3).compression(compression));
    Map<String, MessageId> first = new HashMap<>();
    for (int i = 0; i < 20; i++) {
      first.put("c" + i, send(engine, message("orders", "key" + i, "c" + i, 200)));
    }
    Branch branch = engine.log().begin(ID);
    for (int i = 0; i < 5; i++) {
      first.put("p" + i, branch.append(message("orders", "key" + i, "p" + i, 200)));
    }
    branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
    engine.log().begin().append(message("lost"));
    if (end.equals("close")) {
      engine.close();
    }
    PowerCutStorage left = TestLogs.again(storage);
    TestLogs.closeFailed(engine);

    for (boolean commit : new boolean[] {true, false}) {
      PowerCutStorage copy = left.afterCut(PowerCutStorage.Loss.KEEP);
      try (Engine again = TestLogs.open(copy)) {
        inTheNextLife(again, first, commit);
      }
    }
  }

  private static void inTheNextLife(Engine again, Map<String, MessageId> first, boolean commit) {
    assertThat(first.values()).doesNotContain(send(again, message("lost")));
    for (int i = 0; i < 20; i++) {
      assertThat(send(again, message("c" + i))).isEqualTo(first.get("c" + i));
    }
    Branch branch = again.log().begin();
    assertThatThrownBy(() -> branch.append(message("p3")))
        .isInstanceOf(DuplicateInFlightException.class)
        .hasMessageContaining(ID.toString());
    if (commit) {
      again.log().commit(ID);
      assertThat(branch.append(message("p3"))).isEqualTo(first.get("p3"));
    } else {
      again.log().rollback(ID);
      assertThat(branch.append(message("p3"))).isNotEqualTo(first.get("p3"));
    }
    branch.rollback();
    assertThat(readAll(again, "orders")).hasSize(commit ? 26 : 21);
  }

  /** The claims are looked for only after the decision: there is none left, and no gap. */
  @Test
  void decisionBeforeTheFirstLookLeavesNoClaim() throws IOException {
    Engine engine = open();
    Branch branch = engine.log().begin(ID);
    MessageId first = branch.append(message("a"));
    branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
    PowerCutStorage left = TestLogs.again(storage);
    TestLogs.closeFailed(engine);

    try (Engine again = TestLogs.open(left)) {
      again.log().commit(ID);
      assertThat(send(again, message("a"))).isEqualTo(first);
    }
  }

  /** The first look comes while the decision is applied: before the message is visible. */
  @Test
  void decisionDuringTheFirstLookLeavesNoGap() throws Exception {
    Engine engine = open();
    Branch branch = engine.log().begin(ID);
    MessageId first = branch.append(message("a"));
    branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
    PowerCutStorage left = TestLogs.again(storage);
    TestLogs.closeFailed(engine);

    try (Engine again = TestLogs.open(left)) {
      Thread committing = new Thread(() -> again.log().commit(ID));
      PartitionIndex index = partitionOf(again, branch);
      Branch repeat = again.log().begin();
      synchronized (index) {
        committing.start();
        await().until(() -> isAwaited(index));
        assertThatThrownBy(() -> repeat.append(message("a")))
            .isInstanceOf(DuplicateInFlightException.class)
            .hasMessageContaining(ID.toString());
      }
      committing.join();
      assertThat(repeat.append(message("a"))).isEqualTo(first);
      assertThat(readAll(again, "orders")).hasSize(1);
    }
  }

  /** Where the message of a prepared branch is going to be. */
  private static PartitionIndex partitionOf(Engine engine, Branch branch) {
    PreparedBranch prepared =
        engine.state().prepared().all().stream()
            .filter(found -> found.body().id().equals(branch.id()))
            .findFirst()
            .orElseThrow();
    int partition = prepared.messages().get(0).partition();
    return engine.state().topics().topic("orders").partition(partition);
  }

  /** Whether a thread waits for the monitor of an object. */
  private static boolean isAwaited(Object monitor) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(info -> info != null && info.getThreadState() == Thread.State.BLOCKED)
        .map(ThreadInfo::getLockInfo)
        .anyMatch(lock -> lock.getIdentityHashCode() == System.identityHashCode(monitor));
  }

  /** Hashes find candidates; the messages themselves decide. */
  @ParameterizedTest
  @EnumSource(Compression.class)
  void keysWithOneHashAreNotOneKey(Compression compression) throws IOException {
    List<String> colliding = collidingKeys();
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(TopicConfig.of("orders").compression(compression));
      Map<String, MessageId> first = new HashMap<>();
      for (String key : colliding) {
        first.put(key, send(engine, message(key)));
      }
      assertThat(first.values()).doesNotHaveDuplicates();
      for (String key : colliding) {
        assertThat(send(engine, message(key))).isEqualTo(first.get(key));
      }
      assertThat(readAll(engine, "orders")).hasSize(colliding.size());
    }
  }

  /** Pairs of texts with the same checksum, found by drawing many. */
  private static List<String> collidingKeys() {
    Random random = new Random(SEED);
    Map<Long, String> byCrc = new HashMap<>();
    List<String> colliding = new ArrayList<>();
    while (colliding.size() < 6) {
      String key = Long.toHexString(random.nextLong());
      CRC32C crc = new CRC32C();
      crc.update(key.getBytes(StandardCharsets.UTF_8));
      String other = byCrc.putIfAbsent(crc.getValue(), key);
      if (other != null && !other.equals(key)) {
        colliding.add(other);
        colliding.add(key);
      }
    }
    return colliding;
  }

  @Test
  void manyKeysAreAllRemembered() throws IOException {
    try (Engine engine = open()) {
      List<MessageId> first = new ArrayList<>();
      for (int i = 0; i < 3000; i += 100) {
        Branch branch = engine.log().begin();
        for (int j = i; j < i + 100; j++) {
          first.add(branch.append(message("orders", "key" + j, "once" + j, 5)));
        }
        branch.commitOnePhase();
        Branch repeat = engine.log().begin();
        for (int j = 0; j < i + 100; j += 7) {
          assertThat(repeat.append(message("once" + j))).isEqualTo(first.get(j));
        }
        repeat.rollback();
      }
      assertThat(readAll(engine, "orders")).hasSize(3000);
    }
  }

  @Test
  void threadsThatSendTheSameKeysSendEachOnce() throws Exception {
    int keys = 60;
    Map<String, MessageId> outcome = new ConcurrentHashMap<>();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    try (Engine engine = open()) {
      List<Thread> threads =
          IntStream.range(0, 4)
              .mapToObj(n -> new Thread(() -> sendAll(engine, n, keys, outcome, failures)))
              .toList();
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures).isEmpty();
      assertThat(readAll(engine, "orders"))
          .extracting(Delivery::id)
          .containsExactlyInAnyOrderElementsOf(outcome.values());
      assertThat(outcome).hasSize(keys);
    }
  }

  private static void sendAll(
      Engine engine,
      int thread,
      int keys,
      Map<String, MessageId> outcome,
      Queue<Throwable> failures) {
    Random random = new Random(SEED + thread);
    try {
      for (int i = 0; i < keys; i++) {
        String key = "once" + i;
        Optional<MessageId> sent = Optional.empty();
        while (sent.isEmpty()) {
          sent = trySend(engine, key, random.nextInt(4) == 0);
        }
        MessageId other = outcome.putIfAbsent(key, sent.get());
        assertThat(other == null ? sent.get() : other).as(key).isEqualTo(sent.get());
      }
    } catch (RuntimeException | AssertionError e) {
      failures.add(e);
    }
  }

  /** The identity, unless the send was in flight elsewhere or rolled back. */
  private static Optional<MessageId> trySend(Engine engine, String key, boolean rollback) {
    Branch branch = engine.log().begin();
    MessageId id;
    try {
      id = branch.append(message("orders", key, key, 10));
    } catch (DuplicateInFlightException e) {
      branch.rollback();
      Thread.onSpinWait();
      return Optional.empty();
    }
    if (rollback) {
      branch.rollback();
      return Optional.empty();
    }
    branch.commitOnePhase();
    return Optional.of(id);
  }
}
