package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.lockstep.DiskFullException;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Ordering;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.engine.Ledger.State;
import dev.lockstep.engine.io.OutOfSpaceException;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.SubscriptionConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On a full disk new work is refused as a whole, and what is prepared can be decided. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class FullDiskTest {
  static final long NO_LIMIT = Long.MAX_VALUE / 2;

  /** What may be sent before the log has seen that there is no room. */
  private static final int FEW = 200;

  private static final String WHY = "w".repeat(Transactions.MAX_REASON_BYTES);
  private static final Membership BILLING = new Membership("billing", "orders");

  private final PowerCutStorage storage = new PowerCutStorage(99);
  private final Ledger ledger = new Ledger();

  /** Leaves no room, once the log has made the segments that it makes ahead. */
  static void fill(PowerCutStorage storage, int room) {
    await().until(() -> segments(storage) == 5);
    storage.limitBytes(storage.bytes() + room);
  }

  private static long segments(PowerCutStorage storage) throws IOException {
    return storage.names().stream().filter(name -> name.endsWith(".segment")).count();
  }

  /** Sends large messages, and then small ones, until there is no room for either. */
  static int sendUntilFull(Work work) {
    return sendUntilFull(work, "orders");
  }

  private static int sendUntilFull(Work work, String topic) {
    int sent = 0;
    for (int size : new int[] {20_000, 1_000, 10}) {
      while (isSent(work, topic, size)) {
        sent++;
      }
    }
    return sent;
  }

  private static boolean isSent(Work work, String topic, int size) {
    Work.Transaction transaction = work.begin();
    transaction.send(topic, "key", size);
    DiskFullException full =
        catchThrowableOfType(DiskFullException.class, transaction::commitOnePhase);
    if (full == null) {
      return true;
    }
    assertThat(full.isRetriable()).isTrue();
    assertThat(full).hasMessageContaining("no room for another segment of 65536 bytes in memory");
    assertThat(transaction.entry().is(State.NOTHING)).isTrue();
    return false;
  }

  static List<Work.Transaction> prepare(Work work, int count) {
    List<Work.Transaction> prepared = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Work.Transaction transaction = work.begin();
      transaction.send("orders", "key" + i, 50);
      transaction.prepare();
      prepared.add(transaction);
    }
    return prepared;
  }

  @Test
  void newWorkIsRefusedAndDecisionsGoOn() throws Exception {
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 2);
      work.send("orders", "key");
      Subscription member = work.join("billing", "orders", StartFrom.EARLIEST);
      List<Work.Transaction> prepared = prepare(work, 200);
      Work.Transaction consumed = work.begin();
      assertThat(consumed.take(member, BILLING, 1)).isEqualTo(1);
      consumed.prepare();
      fill(storage, 1000);

      assertThat(sendUntilFull(work)).isPositive();
      assertThat(sendUntilFull(work)).isZero();
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10; i++) { // some need less room than a message
                  work.createTopic("topic" + i, 1);
                }
              })
          .isInstanceOf(DiskFullException.class);
      assertThatThrownBy(() -> work.join("other-group", "orders", StartFrom.EARLIEST))
          .isInstanceOf(DiskFullException.class);
      for (int i = 0; i < prepared.size(); i++) {
        if (i % 2 == 0) {
          prepared.get(i).commit();
        } else {
          prepared.get(i).rollback();
        }
      }
      consumed.commit();
      assertThat(member.fetch(1000, Duration.ZERO)).isNotEmpty();
      member.close();

      storage.limitBytes(NO_LIMIT);
      work.send("orders", "room again");
      Examiner.examine(work);
    }
    try (Engine engine = TestLogs.open(TestLogs.again(storage))) {
      Examiner.examine(new Work(engine, ledger));
    }
  }

  /**
   * Whoever works by hand says why at length, finds room all the same, and takes none from those
   * who decide: when he is refused they are not.
   */
  @Test
  void whatIsInDoubtIsDecidedByHandAndForgotten() throws Exception {
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 2);
      Deque<Work.Transaction> prepared = new ArrayDeque<>(prepare(work, 130));
      Deque<Work.Transaction> byHand = new ArrayDeque<>();
      fill(storage, 1000);
      sendUntilFull(work);
      for (int i = 0; i < 20; i++) {
        await().until(() -> isDecidedByHand(engine, prepared.element()));
        byHand.add(prepared.remove());
      }
      for (int i = 0; i < 5; i++) {
        await().until(() -> isForgottenByHand(engine, byHand.element()));
        byHand.remove();
      }
      assertThat(sendUntilFull(work)).isLessThan(FEW);
      while (prepared.size() > 20 && isDecidedByHand(engine, prepared.element())) {
        byHand.add(prepared.remove());
      }
      while (byHand.size() > 10 && isForgottenByHand(engine, byHand.element())) {
        byHand.remove();
      }
      byHand.forEach(transaction -> engine.log().forget(transaction.entry().id()));
      prepared.forEach(Work.Transaction::commit);
      storage.limitBytes(NO_LIMIT);
      Examiner.examine(work);
    }
    try (Engine engine = TestLogs.open(TestLogs.again(storage))) {
      Examiner.examine(new Work(engine, ledger));
    }
  }

  private static boolean isDecidedByHand(Engine engine, Work.Transaction transaction) {
    String id = transaction.entry().id().toString();
    boolean decided = hasRoom(() -> engine.transactions().commit(id, WHY, Resolve.FORCED));
    if (decided) {
      transaction.entry().may(State.COMMITTED);
    }
    return decided;
  }

  private static boolean isForgottenByHand(Engine engine, Work.Transaction transaction) {
    String id = transaction.entry().id().toString();
    return hasRoom(() -> engine.transactions().forget(id, WHY));
  }

  /** Not, for a moment, while a checkpoint has borrowed it. */
  private static boolean hasRoom(Runnable byHand) {
    return catchThrowableOfType(DiskFullException.class, byHand::run) == null;
  }

  @Test
  void theLogOpensOnAFullDiskAndDecides() throws Exception {
    List<Work.Transaction> prepared;
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 2);
      prepared = prepare(work, 10);
      fill(storage, 1000);
      sendUntilFull(work);
      prepared.get(0).commit();
    }
    PowerCutStorage full = TestLogs.again(storage);
    try (Engine engine = TestLogs.open(full)) {
      Work work = new Work(engine, ledger);
      assertThat(sendUntilFull(work)).isLessThan(FEW);
      for (int i = 1; i < prepared.size(); i++) {
        work.recovered(prepared.get(i).entry()).commit();
      }
      full.limitBytes(NO_LIMIT);
      work.send("orders", "room again");
      Examiner.examine(work);
    }
  }

  /** What members see while a reset waits for room that does not come is consumed all the same. */
  @ParameterizedTest
  @EnumSource
  void aResetThatIsRefusedLeavesTheGroupAsItWas(Ordering ordering) throws Exception {
    SubscriptionConfig config =
        SubscriptionConfig.of("billing", "orders", StartFrom.EARLIEST).ordering(ordering);
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      work.createTopic("other", 1);
      work.send("orders", "a");
      work.send("orders", "b");
      Subscription member = engine.log().subscribe(config);
      fill(storage, 1000);
      sendUntilFull(work, "other");
      resetUntilRefused(engine);
      Failures failures = new Failures();
      Thread resetting = failures.thread(() -> resetUntilRefused(engine));
      List<Delivery> found = new CopyOnWriteArrayList<>();
      Thread polling =
          failures.thread(
              () -> {
                while (found.size() < 2) {
                  found.addAll(member.fetch(10, Duration.ofDays(1)));
                }
              });
      engine
          .state()
          .topics()
          .exclusively(
              () -> {
                resetting.start();
                await().until(() -> resetting.getState() == Thread.State.WAITING);
                polling.start();
                await().until(() -> isWaiting(polling) || found.size() == 2);
              });
      resetting.join();
      polling.join();
      failures.rethrow();
      assertThat(found).extracting(Delivery::offset).containsExactly(0L, 1L);
      assertThat(engine.groups().find("billing", "orders").orElseThrow().lag()).isEqualTo(2);
      member.close();
    }
  }

  private static void resetUntilRefused(Engine engine) {
    assertThatThrownBy(
            () -> {
              while (true) {
                engine.groups().reset("billing", "orders", 0, 0);
              }
            })
        .isInstanceOf(DiskFullException.class);
  }

  private static boolean isWaiting(Thread thread) {
    return thread.getState() == Thread.State.TIMED_WAITING;
  }

  /** Each open needs a segment; where there is none left it says so, and loses nothing. */
  @Test
  void anOpenWithoutRoomIsRefusedUntilThereIs() throws Exception {
    Engine engine = TestLogs.open(storage);
    Work work = new Work(engine, ledger);
    work.createTopic("orders", 2);
    prepare(work, 1);
    fill(storage, 1000);
    sendUntilFull(work);
    PowerCutStorage next = storage.afterCut(Loss.DROP);
    TestLogs.closeFailed(engine);
    for (String name : unusedSegments(next)) {
      next.delete(name);
    }
    next.forceDirectory();
    next.limitBytes(next.bytes() + 1000);
    for (int i = 0; i < 3; i++) {
      PowerCutStorage full = next;
      assertThatThrownBy(() -> TestLogs.open(full)).isInstanceOf(OutOfSpaceException.class);
      next = next.afterCut(Loss.DROP);
    }
    next.limitBytes(NO_LIMIT);
    try (Engine again = TestLogs.open(next)) {
      Examiner.examine(new Work(again, ledger));
    }
  }

  static List<String> unusedSegments(PowerCutStorage storage) throws IOException {
    return storage.names().stream()
        .filter(name -> name.endsWith(".segment") && isUnused(storage.contents(name)))
        .toList();
  }

  /** Its first frame would name its place; one that is used again has other frames still. */
  private static boolean isUnused(byte[] segment) {
    ByteBuffer bytes = ByteBuffer.wrap(segment);
    long number = bytes.getLong(32);
    return bytes.getLong(4096 + 16) != number * TestLogs.SEGMENT + 4096;
  }

  /** As on a disk of that size: dead messages give room back, living ones fill it for good. */
  @Test
  void aBudgetIsNeverExceededAndRoomComesBack() throws Exception {
    long budget = 10L * TestLogs.SEGMENT;
    LockstepConfig config = TestLogs.config(Path.of("memory")).diskBudget(budget).build();
    try (Engine engine = TestLogs.open(storage, config)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 2);
      work.send("orders", "first");
      for (int i = 0; i < 80; i++) {
        await().ignoreException(DiskFullException.class).until(() -> prepareAndRollBack(work));
        assertThat(storage.bytes()).isLessThanOrEqualTo(budget);
      }
      List<Work.Transaction> prepared = prepare(work, 50);
      assertThat(sendUntilFull(work)).isBetween(5, 100_000);
      assertThatThrownBy(() -> sendForEver(work)) // a dead segment may have come free meanwhile
          .isInstanceOf(DiskFullException.class)
          .hasMessageContainingAll(
              "no room for another segment",
              "lockstep.disk-budget is " + budget + " bytes",
              "raise it, or keep messages for a shorter time");
      prepared.forEach(Work.Transaction::commit);
      engine.reclaimNow();
      assertThat(storage.bytes()).isLessThanOrEqualTo(budget);
    }
    PowerCutStorage left = TestLogs.again(storage);
    assertThat(left.bytes()).isLessThanOrEqualTo(budget);
    try (Engine engine = TestLogs.open(left)) {
      Examiner.examine(new Work(engine, ledger));
    }
  }

  private static void sendForEver(Work work) {
    while (true) {
      work.send("orders", "key");
    }
  }

  /** Who consumes gives room back: what only acknowledges needs none that new work may have. */
  @ParameterizedTest
  @EnumSource
  void whatIsConsumedMakesRoomOnAFullDisk(How how) throws Exception {
    LockstepConfig config =
        TestLogs.config(Path.of("memory")).diskBudget(10L * TestLogs.SEGMENT).build();
    try (Engine engine = TestLogs.open(storage, config)) {
      Work work = new Work(engine, ledger);
      work.createTopic(TopicConfig.of("orders").retainUntilConsumed());
      Subscription member = work.join("billing", "orders", StartFrom.EARLIEST);
      assertThat(sendUntilFull(work)).isPositive();
      engine.reclaimNow();
      assertThat(sendUntilFull(work)).as("nothing is consumed").isLessThan(FEW);
      while (consumeOne(work, member, how)) {
        // until nothing is left
      }
      engine.reclaimNow();
      await().ignoreException(DiskFullException.class).until(() -> isSent(work, "orders", 20_000));
      assertThat(sendUntilFull(work)).isGreaterThan(10);
      member.close();
    }
  }

  /** A group that nobody consumes for any more is moved to the end. */
  @Test
  void aGroupThatIsMovedMakesRoomOnAFullDisk() throws Exception {
    LockstepConfig config =
        TestLogs.config(Path.of("memory")).diskBudget(10L * TestLogs.SEGMENT).build();
    try (Engine engine = TestLogs.open(storage, config)) {
      Work work = new Work(engine, ledger);
      work.createTopic(TopicConfig.of("orders").retainUntilConsumed());
      work.join("billing", "orders", StartFrom.EARLIEST).close();
      assertThat(sendUntilFull(work)).isPositive();
      long end = engine.topics().find("orders").orElseThrow().endOffset(0);
      engine.groups().reset("billing", "orders", 0, end);
      engine.reclaimNow();
      await().ignoreException(DiskFullException.class).until(() -> isSent(work, "orders", 20_000));
      assertThat(sendUntilFull(work)).isGreaterThan(10);
    }
  }

  /** How a transaction ends. */
  enum How {
    ONE_PHASE,
    TWO_PHASES
  }

  private static boolean consumeOne(Work work, Subscription member, How how) {
    Work.Transaction consumed = work.begin();
    if (consumed.take(member, BILLING, 1) == 0) {
      consumed.rollback();
      return false;
    }
    switch (how) {
      case ONE_PHASE -> consumed.commitOnePhase();
      case TWO_PHASES -> {
        consumed.prepare();
        consumed.commit();
      }
    }
    return true;
  }

  private static boolean prepareAndRollBack(Work work) {
    Work.Transaction transaction = work.begin();
    transaction.send("orders", "key", 20_000);
    transaction.prepare();
    transaction.rollback();
    return true;
  }

  @Test
  void aFirstOpenWithoutRoomLeavesNothingInTheWay() throws Exception {
    for (int limit : new int[] {10, 64, 5000, 65_536 + 63}) {
      PowerCutStorage small = new PowerCutStorage(limit);
      small.limitBytes(limit);
      assertThatThrownBy(() -> TestLogs.open(small)).isInstanceOf(OutOfSpaceException.class);
      PowerCutStorage roomy = TestLogs.again(small);
      roomy.limitBytes(NO_LIMIT);
      try (Engine engine = TestLogs.open(roomy)) {
        new Work(engine, new Ledger()).createTopic("orders", 1);
      }
    }
  }

  /** Those who wait for many segments and those who wait for one: all of them get theirs. */
  @Test
  void largeAndSmallTransactionsTogether() throws Exception {
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 2);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Random random = new Random(i);
        threads.add(new Thread(() -> mixed(work, random)));
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      Examiner.examine(work);
      assertThat(ledger.entries()).hasSize(80);
    }
  }

  private static void mixed(Work work, Random random) {
    for (int i = 0; i < 20; i++) {
      Work.Transaction transaction = work.begin();
      int messages = random.nextInt(3) == 0 ? 8 : 1;
      for (int j = 0; j < messages; j++) {
        transaction.send("orders", "key" + j, messages == 1 ? 100 : 30_000);
      }
      transaction.commitOnePhase();
    }
  }
}
