package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Groups.GroupInfo;
import dev.lockstep.Headers;
import dev.lockstep.Ordering;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.SubscriptionConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many members on few partitions, at random: they come and go, take one message or several, commit
 * in one phase or in two, roll back and park. Every message takes effect once, those of a key in
 * their order, and a key is never with two of them.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeyOrderTest {
  private static final long SEED = 161803;
  private static final int MEMBERS = 5;
  private static final int KEYS = 12;
  private static final int MESSAGES = 1500;
  private static final int PARTITIONS = 2;
  private static final Duration MOMENT = Duration.ofMillis(2);
  private static final SubscriptionConfig CONFIG =
      SubscriptionConfig.of("billing", "orders", StartFrom.EARLIEST)
          .ordering(Ordering.KEY)
          .maxWaiting(40);

  private final PowerCutStorage storage = new PowerCutStorage(SEED);
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> next = new ConcurrentHashMap<>();
  private final Map<String, Long> holders = new ConcurrentHashMap<>();
  private final Map<String, Integer> effects = new ConcurrentHashMap<>();
  private final Map<String, Integer> parks = new ConcurrentHashMap<>();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger rolledBack = new AtomicInteger();
  private final AtomicInteger parked = new AtomicInteger();

  /** A message: the n-th of its key; those without a key have an empty one. */
  private record Numbered(String key, int number, Delivery delivery) {
    static Numbered of(Delivery delivery) {
      Optional<byte[]> key = delivery.envelope().key();
      return new Numbered(
          key.map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse(""),
          ByteBuffer.wrap(delivery.envelope().payload()).getInt(),
          delivery);
    }

    String name() {
      return key + "/" + number;
    }
  }

  @Test
  void keysKeepTheirOrderWhateverTheMembersDo() throws Exception {
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(TopicConfig.of("orders").partitions(PARTITIONS));
      List<Thread> threads = new ArrayList<>();
      threads.add(new Thread(() -> send(engine)));
      for (int i = 0; i < MEMBERS; i++) {
        Random random = new Random(SEED + i);
        threads.add(new Thread(() -> consume(engine, random)));
      }
      threads.forEach(t -> t.setUncaughtExceptionHandler((thread, e) -> failures.add(e)));
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures).as("seed %s", SEED).isEmpty();
      assertEverythingOnce(engine);
      System.out.println(
          "KeyOrderTest: " + rolledBack + " rolled back, " + parked + " parked, seed " + SEED);
    }
    try (Engine engine = TestLogs.open(storage.afterCut(Loss.DROP))) {
      assertEverythingOnce(engine);
    }
  }

  private void assertEverythingOnce(Engine engine) {
    assertThat(effects).hasSize(MESSAGES).allSatisfy((name, n) -> assertThat(n).isEqualTo(1));
    GroupInfo billing = engine.groups().find("billing", "orders").orElseThrow();
    assertThat(billing.lag()).isZero();
    assertThat(billing.parked()).isZero();
    for (int i = 0; i < PARTITIONS; i++) {
      long end = engine.topics().find("orders").orElseThrow().endOffset(i);
      assertThat(billing.committed(i)).hasValue(end);
    }
  }

  private void send(Engine engine) {
    Random random = new Random(SEED - 1);
    Map<String, Integer> sent = new HashMap<>();
    for (int i = 0; i < MESSAGES; ) {
      Branch branch = engine.log().begin();
      for (int n = 1 + random.nextInt(20); n > 0 && i < MESSAGES; n--, i++) {
        int drawn = random.nextInt(KEYS + 1);
        String key = drawn == KEYS ? "" : "key" + drawn;
        int number = sent.merge(key, 1, Integer::sum) - 1;
        Optional<byte[]> bytes =
            key.isEmpty() ? Optional.empty() : Optional.of(key.getBytes(StandardCharsets.UTF_8));
        byte[] payload = ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
        branch.append(new Envelope("orders", bytes, payload, Headers.empty()));
      }
      branch.commitOnePhase();
    }
  }

  private void consume(Engine engine, Random random) {
    while (done.get() < MESSAGES && failures.isEmpty()) {
      try (Subscription member = engine.log().subscribe(CONFIG)) {
        for (int i = random.nextInt(60); i > 0; i--) {
          work(engine, member, random);
        }
        if (random.nextBoolean()) {
          member.fetch(3, MOMENT); // and goes away with it
        }
      }
    }
  }

  private void work(Engine engine, Subscription member, Random random) {
    Branch branch = engine.log().begin();
    List<Numbered> all = new ArrayList<>();
    for (int polls = 1 + random.nextInt(2); polls > 0; polls--) {
      take(member.fetch(1 + random.nextInt(6), MOMENT), member.memberEpoch(), all);
    }
    if (all.isEmpty()) {
      branch.rollback();
      return;
    }
    int last = all.size() - 1;
    boolean parks = random.nextInt(10) == 0;
    for (int i = 0; i <= last; i++) {
      Delivery one = all.get(i).delivery();
      branch.acknowledge(
          "billing",
          "orders",
          one.partition(),
          one.coversFrom(),
          one.offset() + 1,
          member.memberEpoch());
    }
    if (parks) {
      Delivery one = all.get(last).delivery();
      Instant until = Instant.now().plusMillis(random.nextInt(3));
      branch.park(
          "billing",
          "orders",
          one.partition(),
          one.offset(),
          until,
          one.attempt(),
          member.memberEpoch());
    }
    complete(engine, branch, member, all, parks, random);
  }

  /** The members' own book: who has a key, and what is the next message of it. */
  private void take(List<Delivery> deliveries, long epoch, List<Numbered> all) {
    for (Delivery delivery : deliveries) {
      Numbered one = Numbered.of(delivery);
      if (!one.key().isEmpty()) {
        assertThat(holders.merge(one.key(), epoch, (before, now) -> before))
            .as("who has %s, seed %s", one.key(), SEED)
            .isEqualTo(epoch);
        long before = all.stream().filter(other -> other.key().equals(one.key())).count();
        assertThat((long) one.number())
            .as("the next of %s, seed %s", one.key(), SEED)
            .isEqualTo(next.getOrDefault(one.key(), 0) + before);
      }
      assertThat(delivery.attempt())
          .as("attempt at %s", one.name())
          .isEqualTo(1 + parks.getOrDefault(one.name(), 0));
      all.add(one);
    }
  }

  private void complete(
      Engine engine,
      Branch branch,
      Subscription member,
      List<Numbered> all,
      boolean parks,
      Random random) {
    int how = random.nextInt(6);
    if (how >= 3) {
      branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
      assertNothingHeldComes(member, all);
    }
    if (how == 0 || how == 3) {
      rolledBack.incrementAndGet();
      all.forEach(one -> holders.remove(one.key()));
      branch.rollback();
      member.rewind();
      return;
    }
    List<Numbered> consumed = parks ? all.subList(0, all.size() - 1) : all;
    consumed.forEach(one -> effects.merge(one.name(), 1, Integer::sum));
    consumed.forEach(one -> next.merge(one.key(), 1, Integer::sum));
    if (parks) {
      this.parks.merge(all.get(all.size() - 1).name(), 1, Integer::sum);
      parked.incrementAndGet();
    }
    all.forEach(one -> holders.remove(one.key()));
    if (how >= 3) {
      engine.log().commit(branch.id());
    } else {
      branch.commitOnePhase();
    }
    done.addAndGet(consumed.size());
  }

  private void assertNothingHeldComes(Subscription member, List<Numbered> held) {
    for (Delivery delivery : member.fetch(2, Duration.ZERO)) {
      Numbered other = Numbered.of(delivery);
      assertThat(held).noneMatch(one -> !one.key().isEmpty() && one.key().equals(other.key()));
      assertThat(held).noneMatch(one -> one.name().equals(other.name()));
    }
    member.rewind(); // gives these back, and keeps what the prepared branch holds
  }
}
