package dev.lockstep.engine.soak;

import dev.lockstep.DiskFullException;
import dev.lockstep.Headers;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.OpenLog;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** What the workers of a soak share: the log, the figures, and the word to stop. */
final class Load {
  static final String ORDERS = "orders";
  static final String INVOICES = "invoices";
  static final String BALANCES = "balances";
  static final String EVENTS = "events";

  /** A topic whose few messages came first and stay for good. */
  static final String ARCHIVE = "archive";

  /** How much the topic of events may hold. */
  static final long EVENT_BYTES = 1 << 20;

  static final List<String> ARCHIVED = List.of("one", "two", "three");

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final OpenLog log;
  private final long seed;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch drained = new CountDownLatch(1);
  private final AtomicBoolean failed = new AtomicBoolean();
  private final Map<String, AtomicLong> sent = new ConcurrentHashMap<>();
  private final Map<String, String> balances = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> counts = new ConcurrentHashMap<>();

  Load(OpenLog log, long seed) {
    this.log = log;
    this.seed = seed;
  }

  /** Creates the topics: one of each kind of retention. */
  void createTopics() {
    for (TopicConfig topic :
        List.of(
            TopicConfig.of(ORDERS).partitions(4).retainUntilConsumed(),
            TopicConfig.of(INVOICES).partitions(2).retainUntilConsumed(),
            TopicConfig.of(BALANCES).partitions(2).compacted(Duration.ofSeconds(2)),
            TopicConfig.of(EVENTS).retainBytes(EVENT_BYTES),
            TopicConfig.of(ARCHIVE))) {
      log.topics().create(topic);
    }
    Branch branch = log.log().begin();
    ARCHIVED.forEach(text -> branch.append(message(ARCHIVE, text, text)));
    branch.commitOnePhase();
  }

  OpenLog log() {
    return log;
  }

  Random random(int worker) {
    return new Random(seed + worker);
  }

  static Envelope message(String topic, String key, String payload) {
    return new Envelope(
        topic,
        Optional.of(key.getBytes(StandardCharsets.UTF_8)),
        payload.getBytes(StandardCharsets.UTF_8),
        Headers.empty());
  }

  /** How many messages of a sender are committed. */
  AtomicLong sent(String sender) {
    return sent.computeIfAbsent(sender, s -> new AtomicLong());
  }

  Map<String, AtomicLong> sent() {
    return sent;
  }

  /** The latest committed balance of each account. */
  Map<String, String> balances() {
    return balances;
  }

  void count(String what, long by) {
    counts.computeIfAbsent(what, w -> new AtomicLong()).addAndGet(by);
  }

  /** What was counted so far. */
  Map<String, Long> figures() {
    Map<String, Long> figures = new TreeMap<>();
    counts.forEach((what, count) -> figures.put(what, count.get()));
    return figures;
  }

  boolean isRunning() {
    return stop.getCount() > 0 && !failed.get();
  }

  /** Senders end; consumers go on until nothing is left. */
  void stopSending() {
    stop.countDown();
  }

  boolean isConsuming() {
    return drained.getCount() > 0 && !failed.get();
  }

  void stopConsuming() {
    drained.countDown();
  }

  void fail() {
    failed.set(true);
    stop.countDown();
    drained.countDown();
  }

  boolean hasFailed() {
    return failed.get();
  }

  /** Waits until the soak ends; says whether it has. */
  boolean awaitStop(Duration time) throws InterruptedException {
    return stop.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits, unless the consumers are told to end meanwhile. */
  void pause(Duration time) throws InterruptedException {
    drained.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Commits a branch in one phase; false if there was no room, and it was rolled back. */
  boolean commit(Branch branch) throws InterruptedException {
    try {
      branch.commitOnePhase();
      return true;
    } catch (DiskFullException e) {
      count("refused, disk full", 1);
      pause(PAUSE);
      return false;
    }
  }
}
