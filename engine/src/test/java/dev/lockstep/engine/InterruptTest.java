package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.ClosedException;
import dev.lockstep.Lockstep;
import dev.lockstep.PollInterruptedException;
import dev.lockstep.StartFrom;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.spi.Subscription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Interrupts of threads that use a log on real files, and its close while they do. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InterruptTest {
  private static final long SEED = 271828;
  private static final int THREADS = 4;
  private static final int TRANSACTIONS = 120;
  private static final Membership BILLING = new Membership("billing", "orders");

  @TempDir Path directory;

  private final Ledger ledger = new Ledger();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger interrupted = new AtomicInteger();

  private Engine open() {
    return (Engine) Lockstep.open(TestLogs.config(directory).build());
  }

  /** Also while the force is under way that they wait for, and while they read. */
  @Test
  void interruptDuringAForce() throws Exception {
    try (Engine engine = open()) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", THREADS);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Subscription member = work.join("billing", "orders", StartFrom.EARLIEST);
        Thread thread = new Thread(() -> consumeAndSend(work, member));
        thread.setUncaughtExceptionHandler((t, failure) -> failures.add(failure));
        threads.add(thread);
      }
      threads.forEach(Thread::start);
      interruptAtRandom(threads);
      assertThat(failures).as("seed %s", SEED).isEmpty();
      assertThat(interrupted.get()).as("interrupts that commits passed on").isPositive();
      Examiner.examine(work);
    }
    try (Engine engine = open()) {
      Examiner.examine(new Work(engine, ledger));
    }
  }

  /** Nobody waits for ever, and whoever was told that it is committed finds it. */
  @Test
  void aCloseUnderLoadEndsEverybody() throws Exception {
    Engine engine = open();
    Work work = new Work(engine, ledger);
    work.createTopic("orders", THREADS);
    CountDownLatch busy = new CountDownLatch(THREADS * 20);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Thread thread = new Thread(() -> sendForEver(work, busy));
      thread.setUncaughtExceptionHandler((t, failure) -> failures.add(failure));
      threads.add(thread);
    }
    threads.forEach(Thread::start);
    busy.await();
    engine.close();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures)
        .hasSize(THREADS)
        .hasOnlyElementsOfTypes(ClosedException.class, TransactionRolledBackException.class);
    try (Engine again = open()) {
      Examiner.examine(new Work(again, ledger));
    }
  }

  private static void sendForEver(Work work, CountDownLatch busy) {
    for (int i = 0; ; i++) {
      Work.Transaction transaction = work.begin();
      transaction.send("orders", "key" + i, 1000);
      if (i % 3 == 0) {
        transaction.prepare();
        transaction.commit();
      } else {
        transaction.commitOnePhase();
      }
      busy.countDown();
    }
  }

  private static void interruptAtRandom(List<Thread> threads) throws InterruptedException {
    Random random = new Random(SEED);
    while (threads.stream().anyMatch(Thread::isAlive)) {
      threads.get(random.nextInt(THREADS)).interrupt();
      threads.get(random.nextInt(THREADS)).join(1);
    }
  }

  private void consumeAndSend(Work work, Subscription member) {
    for (int i = 0; i < TRANSACTIONS; i++) {
      Work.Transaction transaction = work.begin();
      try {
        awaitOne(member);
        member.rewind();
        transaction.take(member, BILLING, 2);
        transaction.send("orders", "key" + i, 300 + i % 7 * 1000);
        if (i % 3 == 0) {
          transaction.prepare();
          count();
          transaction.commit();
        } else {
          transaction.commitOnePhase();
        }
      } catch (TransactionRolledBackException e) {
        member.rewind(); // while the members joined one after the other
      }
      count();
    }
    member.close();
  }

  private void awaitOne(Subscription member) {
    try {
      member.fetch(1, Duration.ofMillis(1));
    } catch (PollInterruptedException e) {
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      count();
    }
  }

  private void count() {
    if (Thread.interrupted()) {
      interrupted.incrementAndGet();
    }
  }
}
