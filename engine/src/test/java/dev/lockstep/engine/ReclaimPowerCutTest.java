package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Durability;
import dev.lockstep.engine.PowerCuts.Scenario;
import dev.lockstep.engine.io.PowerCutStorage;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives room back with the power cut at every single operation: segments are released, used again
 * and evacuated, and all that was acknowledged is there once.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class ReclaimPowerCutTest {
  private static final long SEED = 20250607;
  private static final String FIRST = "0000000000000000.segment";
  private static final String SECOND = "0000000000000001.segment";

  private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void begin() {
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
  }

  @AfterEach
  void end() {
    Thread.setDefaultUncaughtExceptionHandler(null);
    assertThat(uncaught).isEmpty();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("lockstep"));
  }

  private static void everywhere(TestInfo test, Scenario scenario)
      throws IOException, InterruptedException {
    PowerCuts cuts = new PowerCuts(test.getDisplayName(), SEED, Durability.FORCED);
    cuts.everywhere(scenario);
    System.out.println(test.getDisplayName() + ": examined " + cuts.cuts() + " power cuts");
  }

  /** What is dead in the log is what was prepared and rolled back. */
  private static void prepareAndRollBack(Work work, int count) {
    for (int i = 0; i < count; i++) {
      Work.Transaction transaction = work.begin();
      transaction.send("orders", "dead" + i, 14_000);
      transaction.prepare();
      transaction.rollback();
    }
  }

  private static void dead(Work work) {
    work.createTopic("orders", 2);
    prepareAndRollBack(work, 9);
    work.engine().reclaimNow();
    work.send("orders", "alive");
    prepareAndRollBack(work, 5);
    work.engine().reclaimNow();
  }

  @Test
  void deadSegmentsAreReleasedAndUsedAgain(TestInfo test) throws Exception {
    everywhere(test, ReclaimPowerCutTest::dead);
  }

  private static void nearlyDead(Work work) {
    work.createTopic("orders", 2);
    work.send("orders", "first");
    Work.Transaction doubt = work.begin();
    doubt.send("orders", "doubt", 3000);
    doubt.send("orders", "another", 300);
    doubt.prepare();
    Work.Transaction decided = work.begin();
    decided.send("orders", "decided", 300);
    decided.prepare();
    prepareAndRollBack(work, 8);
    work.engine().reclaimNow();
    decided.commit();
    work.engine().reclaimNow();
    work.send("orders", "last");
  }

  @Test
  void messagesInPartitionsAndInDoubtMove(TestInfo test) throws Exception {
    everywhere(test, ReclaimPowerCutTest::nearlyDead);
  }

  @Test
  void aDecisionMayComeWhileItsMessagesMove(TestInfo test) throws Exception {
    everywhere(
        test,
        work -> {
          work.createTopic("orders", 2);
          Work.Transaction one = work.begin();
          Work.Transaction two = work.begin();
          for (Work.Transaction transaction : List.of(one, two)) {
            transaction.send("orders", "key", 3000);
            transaction.send("orders", "other", 3000);
            transaction.prepare();
          }
          prepareAndRollBack(work, 7);
          Failures failures = new Failures();
          Thread decider = failures.thread(one::commit);
          decider.start();
          failures.run(() -> work.engine().reclaimNow());
          decider.join();
          failures.rethrow();
          two.rollback();
          work.engine().reclaimNow();
        });
  }

  /** Without a cut: that the scenarios do what they are for. */
  @Test
  void theScenariosReleaseSegments() throws Exception {
    for (Scenario scenario :
        List.<Scenario>of(ReclaimPowerCutTest::dead, ReclaimPowerCutTest::nearlyDead)) {
      PowerCutStorage storage = new PowerCutStorage(SEED);
      Ledger ledger = new Ledger();
      try (Engine engine = TestLogs.open(storage)) {
        Work work = new Work(engine, ledger);
        scenario.run(work);
        assertThat(storage.names()).doesNotContain(FIRST, SECOND);
        Examiner.examine(work);
      }
      PowerCutStorage left = TestLogs.again(storage);
      try (Engine engine = TestLogs.open(left)) {
        Examiner.examine(new Work(engine, ledger));
      }
    }
  }
}
