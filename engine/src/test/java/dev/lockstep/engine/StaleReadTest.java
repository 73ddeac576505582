package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.ReadFailedException;
import dev.lockstep.StartFrom;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Cursor;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Messages move while they are read, and the place where they were is used again. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class StaleReadTest {
  private static final int READERS = 4;
  private static final int ROUNDS = 60;

  private final PowerCutStorage storage = new PowerCutStorage(77);
  private final Ledger ledger = new Ledger();

  private static void leaveDeadFrames(Work work, int count) {
    for (int i = 0; i < count; i++) {
      Work.Transaction transaction = work.begin();
      transaction.send("orders", "dead" + i, 14_000);
      transaction.prepare();
      transaction.rollback();
    }
  }

  /**
   * Reads all, and checks that the offsets are without gaps. Without a group: one for each time
   * would make every checkpoint of a fast machine larger than the one before.
   */
  private static List<Delivery> readAll(Engine engine) {
    List<Delivery> all = new ArrayList<>();
    try (Cursor cursor = engine.log().read("orders", Set.of())) {
      List<Delivery> some = cursor.fetch(7, Duration.ZERO);
      while (!some.isEmpty()) {
        all.addAll(some);
        some = cursor.fetch(7, Duration.ZERO);
      }
    }
    for (int i = 0; i < all.size(); i++) {
      assertThat(all.get(i).offset()).isEqualTo(i);
    }
    return all;
  }

  /** A read is held before it begins, until its segment is used again. */
  @Test
  void aReadOfASegmentThatIsUsedAgainFindsTheMessage() throws Exception {
    GatedStorage gate = new GatedStorage(storage);
    try (Engine engine = TestLogs.open(gate)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      work.send("orders", "first");
      leaveDeadFrames(work, 9);
      gate.holdReadsOf("reader");
      Failures failures = new Failures();
      List<Delivery> found = new ArrayList<>();
      Thread reader = failures.thread(() -> found.addAll(readAll(engine)));
      reader.setName("reader");
      reader.start();
      gate.awaitHeld();
      for (int i = 0; i < 4; i++) {
        engine.reclaimNow();
        leaveDeadFrames(work, 5);
      }
      gate.release();
      reader.join();
      failures.rethrow();
      assertThat(found).hasSize(1);
      assertThat(found.get(0).envelope().payload())
          .isEqualTo(ledger.entries().iterator().next().sent().get(0).payload());
      assertThat(storage.names()).doesNotContain("0000000000000000.segment");
    }
  }

  @Test
  void manyReadersMissNothingWhileSegmentsAreEvacuated() throws Exception {
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      AtomicBoolean done = new AtomicBoolean();
      CountDownLatch started = new CountDownLatch(READERS);
      Failures failures = new Failures();
      List<Thread> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        readers.add(failures.thread(() -> readAgainAndAgain(engine, done, started)));
      }
      readers.forEach(Thread::start);
      started.await();
      Random random = new Random(5);
      for (int round = 0; round < ROUNDS && failures.isEmpty(); round++) {
        for (int i = random.nextInt(4); i >= 0; i--) {
          work.send("orders", "key" + i);
        }
        leaveDeadFrames(work, 5);
        engine.reclaimNow();
      }
      done.set(true);
      for (Thread reader : readers) {
        reader.join();
      }
      failures.rethrow();
      List<byte[]> sent =
          ledger.entries().stream()
              .filter(entry -> entry.is(Ledger.State.COMMITTED))
              .map(entry -> entry.sent().get(0).payload())
              .toList();
      assertThat(readAll(engine).stream().map(found -> found.envelope().payload()).toList())
          .containsExactlyElementsOf(sent);
      assertThat(storage.names().stream().filter(name -> name.endsWith(".segment")).count())
          .isLessThan(15);
    }
  }

  private static void readAgainAndAgain(Engine engine, AtomicBoolean done, CountDownLatch started) {
    int before = 0;
    while (!done.get()) {
      int found = readAll(engine).size();
      assertThat(found).isGreaterThanOrEqualTo(before);
      before = found;
      started.countDown();
    }
  }

  /** What the disk refuses to read may be sound: it is not called damaged, and comes later. */
  @Test
  void aReadThatTheDiskRefusesIsNotDamage() throws Exception {
    GatedStorage failing = new GatedStorage(storage);
    try (Engine engine = TestLogs.open(failing)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      work.send("orders", "first");
      work.send("orders", "second");
      failing.failReadsOf(Thread.currentThread().getName(), true);
      try (Subscription member = engine.log().subscribe("some", "orders", StartFrom.EARLIEST)) {
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> member.fetch(10, Duration.ZERO))
              .isInstanceOf(ReadFailedException.class)
              .hasMessageContainingAll("partition 0 of 'orders'", "Input/output error", "check");
        }
        failing.failReadsOf("nobody", false);
        assertThat(member.fetch(10, Duration.ZERO)).hasSize(2);
      }
      work.send("orders", "third");
    }
  }
}
