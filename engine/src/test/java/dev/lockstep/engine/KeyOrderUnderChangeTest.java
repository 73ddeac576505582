package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.DiskFullException;
import dev.lockstep.GroupInUseException;
import dev.lockstep.Groups.GroupInfo;
import dev.lockstep.Headers;
import dev.lockstep.Ordering;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Cursor;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.SubscriptionConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Members consume in key order while messages expire, are removed, come again, or find no room.
 * Each copies what it consumes to another topic in the same transaction, whose order is that of the
 * commits: there nothing is missing, nothing twice, and each key in order. And nothing is stuck in
 * the end, in a group that always has something to do.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class KeyOrderUnderChangeTest {
  private static final long SEED = 271828;
  private static final int MEMBERS = 4;
  private static final int KEYS = 9;
  private static final int MESSAGES = 600;
  private static final Duration MOMENT = Duration.ofMillis(2);
  private static final TopicConfig ORDERS = TopicConfig.of("orders").partitions(2);
  private static final SubscriptionConfig BILLING =
      SubscriptionConfig.of("billing", "orders", StartFrom.EARLIEST)
          .ordering(Ordering.KEY)
          .maxWaiting(60);

  /** What happens while they consume. */
  enum Change {
    /** Every third message expires soon. */
    EXPIRY,
    /** What is superseded is removed all the time. */
    COMPACTION,
    /** The oldest messages are removed all the time. */
    TRIMS,
    /** There are more and more partitions. */
    PARTITIONS,
    /** The group is moved, back and forth. */
    RESETS,
    /** Time and again there is no room. */
    FULL_DISK
  }

  private final Ticking clock = new Ticking();
  private final PowerCutStorage storage = new PowerCutStorage(SEED);
  private final Failures failures = new Failures();
  private final AtomicBoolean done = new AtomicBoolean();
  private final Map<String, Integer> sent = new TreeMap<>();

  /** Those that can neither expire nor be superseded. */
  private final Map<String, List<Integer>> lasting = new TreeMap<>();

  private Engine open(PowerCutStorage log) throws IOException {
    return EngineProvider.open(TestLogs.config(), log, DeflateCompressor.all(), clock);
  }

  private static TopicConfig orders(Change change) {
    return switch (change) {
      case COMPACTION -> ORDERS.compacted(Duration.ZERO);
      case TRIMS -> ORDERS.retainBytes(8_000);
      default -> ORDERS;
    };
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsStuckMissingOrTwice(Change change) throws Exception {
    try (Engine engine = open(storage)) {
      engine.topics().create(orders(change));
      engine.topics().create(TopicConfig.of("copies"));
      engine.log().subscribe(BILLING).close();
      List<Thread> members =
          IntStream.range(0, MEMBERS)
              .mapToObj(i -> failures.thread(() -> consume(engine, new Random(SEED + i))))
              .toList();
      members.forEach(Thread::start);
      try {
        sendAll(engine, change, new Random(SEED - 1));
        sendLast(engine, change);
        drain(engine);
      } finally {
        done.set(true);
        for (Thread member : members) {
          member.join();
        }
      }
      failures.rethrow();
      check(engine, change);
    }
    try (Engine engine = open(storage.afterCut(Loss.DROP))) {
      assertThat(isDrained(engine)).isTrue();
    }
  }

  private void sendAll(Engine engine, Change change, Random random) throws Exception {
    for (int branches = 0, i = 0; i < MESSAGES && failures.isEmpty(); branches++) {
      int count = Math.min(MESSAGES - i, 1 + random.nextInt(10));
      List<Envelope> messages = new ArrayList<>();
      for (int n = 0; n < count; n++, i++) {
        messages.add(next(change, random));
      }
      int refused = 0;
      while (!isSent(engine, messages)) {
        if (++refused == 3) {
          storage.limitBytes(FullDiskTest.NO_LIMIT);
        }
      }
      clock.pass(Duration.ofMillis(1));
      if (branches % 5 == 0) {
        change(engine, change, random);
      }
    }
    storage.limitBytes(FullDiskTest.NO_LIMIT);
  }

  private Envelope next(Change change, Random random) {
    Optional<Instant> expiresAt =
        change == Change.EXPIRY && random.nextInt(3) == 0
            ? Optional.of(clock.instant().plusMillis(1 + random.nextInt(4)))
            : Optional.empty();
    return next(change, "key" + random.nextInt(KEYS), expiresAt);
  }

  private Envelope next(Change change, String key, Optional<Instant> expiresAt) {
    int number = sent.merge(key, 1, Integer::sum) - 1;
    List<Integer> numbers = lasting.computeIfAbsent(key, k -> new ArrayList<>());
    if (change == Change.COMPACTION) {
      numbers.clear();
    }
    if (expiresAt.isEmpty()) {
      numbers.add(number);
    }
    return message("orders", key, number, expiresAt);
  }

  private static Envelope message(
      String topic, String key, int number, Optional<Instant> expiresAt) {
    return new Envelope(
        topic,
        Optional.of(key.getBytes(StandardCharsets.UTF_8)),
        ByteBuffer.allocate(Integer.BYTES).putInt(number).array(),
        Headers.empty(),
        Kind.MESSAGE,
        expiresAt,
        Optional.empty());
  }

  private static boolean isSent(Engine engine, List<Envelope> messages) {
    Branch branch = engine.log().begin();
    messages.forEach(branch::append);
    try {
      branch.commitOnePhase();
      return true;
    } catch (DiskFullException e) {
      return false;
    }
  }

  private void change(Engine engine, Change change, Random random) throws IOException {
    switch (change) {
      case EXPIRY -> {}
      case COMPACTION, TRIMS -> engine.reclaimNow();
      case PARTITIONS -> {
        int partitions = engine.topics().find("orders").orElseThrow().config().partitions();
        engine.topics().alter(ORDERS.partitions(Math.min(7, partitions + random.nextInt(2))));
      }
      case RESETS -> reset(engine, random);
      case FULL_DISK -> {
        storage.limitBytes(storage.bytes() + random.nextInt(2_000));
        reset(engine, random);
      }
    }
  }

  /** Back or forth; where the disk is full, it may be refused. */
  private static void reset(Engine engine, Random random) {
    int partition = random.nextInt(ORDERS.partitions());
    long end = engine.topics().find("orders").orElseThrow().endOffset(partition);
    try {
      engine.groups().reset("billing", "orders", partition, Math.max(0, end - random.nextInt(80)));
    } catch (GroupInUseException | DiskFullException e) {
      assertThat(e).hasMessageMatching("(?s).*(held by|no room).*");
    }
  }

  private void consume(Engine engine, Random random) {
    while (!done.get() && failures.isEmpty()) {
      try (Subscription member = engine.log().subscribe(BILLING)) {
        for (int i = 20 + random.nextInt(60); i > 0 && !done.get(); i--) {
          work(engine, member, random);
        }
        if (random.nextBoolean()) {
          member.fetch(3, MOMENT); // and goes away with it
        }
      }
    }
  }

  private void work(Engine engine, Subscription member, Random random) {
    List<Delivery> all = member.fetch(1 + random.nextInt(6), MOMENT);
    if (all.isEmpty()) {
      return;
    }
    Branch branch = engine.log().begin();
    boolean parks = random.nextInt(6) == 0;
    for (int i = 0; i < all.size(); i++) {
      Delivery one = all.get(i);
      branch.acknowledge(
          "billing",
          "orders",
          one.partition(),
          one.coversFrom(),
          one.offset() + 1,
          member.memberEpoch());
      if (parks && i == all.size() - 1) {
        Instant until = clock.instant().plusMillis(random.nextInt(4));
        branch.park(
            "billing",
            "orders",
            one.partition(),
            one.offset(),
            until,
            one.attempt(),
            member.memberEpoch());
      } else {
        branch.append(copy(one));
      }
    }
    try {
      complete(engine, branch, member, random.nextInt(6));
    } catch (TransactionRolledBackException | DiskFullException e) {
      member.rewind();
    }
  }

  /** The copy's key has the partition, since a key moves when there are more of them. */
  private static Envelope copy(Delivery one) {
    String key = new String(one.envelope().key().orElseThrow(), StandardCharsets.UTF_8);
    int number = ByteBuffer.wrap(one.envelope().payload()).getInt();
    return message("copies", key + "/" + one.partition(), number, Optional.empty());
  }

  private static void complete(Engine engine, Branch branch, Subscription member, int how) {
    switch (how) {
      case 0 -> {
        branch.rollback();
        member.rewind();
      }
      case 1, 2 -> {
        branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
        engine.log().commit(branch.id());
      }
      case 3 -> {
        branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
        engine.log().rollback(branch.id());
      }
      default -> branch.commitOnePhase();
    }
  }

  /** Time goes on until nothing is left to do; no more messages come. */
  private void drain(Engine engine) {
    await()
        .atMost(Duration.ofMinutes(2))
        .until(
            () -> {
              clock.pass(Duration.ofMillis(5));
              return isDrained(engine) || !failures.isEmpty();
            });
  }

  /** The last message of each partition does not expire. */
  private void sendLast(Engine engine, Change change) {
    int partitions = engine.topics().find("orders").orElseThrow().config().partitions();
    for (int i = 0; i < partitions; i++) {
      String key = TestLogs.keyOf(i, partitions);
      List<Envelope> last = List.of(next(change, key, Optional.empty()));
      await().until(() -> isSent(engine, last));
    }
  }

  private static boolean isDrained(Engine engine) {
    GroupInfo billing = engine.groups().find("billing", "orders").orElseThrow();
    int partitions = engine.topics().find("orders").orElseThrow().config().partitions();
    return billing.lag() == 0
        && billing.parked() == 0
        && IntStream.range(0, partitions)
            .allMatch(
                i ->
                    billing.committed(i).orElse(0)
                        == engine.topics().find("orders").orElseThrow().endOffset(i));
  }

  private void check(Engine engine, Change change) {
    Map<String, List<Integer>> copied = new TreeMap<>();
    try (Cursor cursor = engine.log().read("copies", Set.of())) {
      List<Delivery> some = cursor.fetch(1000, Duration.ZERO);
      while (!some.isEmpty()) {
        some.forEach(copy -> add(copied, copy));
        some = cursor.fetch(1000, Duration.ZERO);
      }
    }
    assertThat(copied).isNotEmpty();
    boolean moved = change == Change.RESETS || change == Change.FULL_DISK;
    Map<String, List<Integer>> byKey = new HashMap<>();
    copied.forEach(
        (key, numbers) -> {
          if (!moved) {
            assertThat(numbers).as("%s, seed %s", key, SEED).doesNotHaveDuplicates().isSorted();
          }
          byKey
              .computeIfAbsent(key.substring(0, key.indexOf('/')), k -> new ArrayList<>())
              .addAll(numbers);
        });
    if (!moved && change != Change.TRIMS) {
      lasting.forEach((key, numbers) -> assertThat(byKey.get(key)).as(key).containsAll(numbers));
    }
  }

  private static void add(Map<String, List<Integer>> copied, Delivery copy) {
    String key = new String(copy.envelope().key().orElseThrow(), StandardCharsets.UTF_8);
    int number = ByteBuffer.wrap(copy.envelope().payload()).getInt();
    copied.computeIfAbsent(key, k -> new ArrayList<>()).add(number);
  }
}
