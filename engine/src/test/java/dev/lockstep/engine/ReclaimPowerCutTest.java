package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Durability;
import dev.lockstep.engine.PowerCuts.Scenario;
import dev.lockstep.engine.io.PowerCutStorage;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives room back with the power cut at every single operation: segments are released, used again
 * and evacuated, and all that was acknowledged is there once.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith({QuietLog.class, NothingLeft.class})
class ReclaimPowerCutTest {
  private static final long SEED = 20250607;
  private static final String FIRST = "0000000000000000.segment";
  private static final String SECOND = "0000000000000001.segment";

  private static PowerCuts cuts(TestInfo test, Durability durability) {
    return new PowerCuts(test.getDisplayName() + " " + durability, SEED, durability);
  }

  private static int everywhere(TestInfo test, Scenario scenario)
      throws IOException, InterruptedException {
    PowerCuts cuts = cuts(test, Durability.FORCED);
    cuts.everywhere(scenario);
    return cuts.cuts();
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
    work.upkeep();
    work.send("orders", "alive");
    prepareAndRollBack(work, 5);
    work.upkeep();
  }

  @Test
  void deadSegmentsAreReleasedAndUsedAgain(TestInfo test) throws Exception {
    CutFloor.DEAD_SEGMENTS.reached(everywhere(test, ReclaimPowerCutTest::dead), SEED);
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
    work.upkeep();
    decided.commit();
    work.upkeep();
    work.send("orders", "last");
  }

  @Test
  void messagesInPartitionsAndInDoubtMove(TestInfo test) throws Exception {
    CutFloor.NEARLY_DEAD_SEGMENTS.reached(everywhere(test, ReclaimPowerCutTest::nearlyDead), SEED);
  }

  /** What happens while a segment is emptied. */
  @FunctionalInterface
  private interface Meanwhile {
    void decide(Runnable decision) throws InterruptedException;
  }

  /** Two branches in doubt, in a segment that is emptied; one is decided at the same time. */
  private static void decided(Work work, Meanwhile meanwhile, Runnable emptied)
      throws InterruptedException {
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
    Thread decider = failures.thread(() -> meanwhile.decide(one::commit));
    decider.start();
    failures.run(() -> work.engine().reclaimNow());
    decider.join();
    failures.rethrow();
    emptied.run();
    two.rollback();
    work.upkeep();
  }

  @Test
  void aDecisionMayComeWhileItsMessagesMove(TestInfo test) throws Exception {
    CutFloor.DECISION_AMID_A_MOVE.reached(
        everywhere(test, work -> decided(work, Runnable::run, () -> {})), SEED);
  }

  @Test
  void secondLives(TestInfo test) throws Exception {
    PowerCuts cuts = cuts(test, Durability.FORCED);
    cuts.secondLives(17, 13, ReclaimPowerCutTest::dead);
    cuts.secondLives(17, 13, ReclaimPowerCutTest::nearlyDead);
    CutFloor.RECLAIM_TWICE.reached(cuts.cuts(), SEED);
  }

  /** Nothing is forced but what a checkpoint forces before it counts on it and gives room back. */
  @Test
  void withoutForces(TestInfo test) throws Exception {
    PowerCuts cuts = cuts(test, Durability.OS);
    cuts.everywhere(ReclaimPowerCutTest::dead);
    cuts.everywhere(ReclaimPowerCutTest::nearlyDead);
    CutFloor.RECLAIM_UNFORCED.reached(cuts.cuts(), SEED);
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
        TestLogs.awaitReleased(storage, FIRST, SECOND);
        Examiner.examine(work);
      }
      PowerCutStorage left = TestLogs.again(storage);
      try (Engine engine = TestLogs.open(left)) {
        Examiner.examine(new Work(engine, ledger));
      }
    }
  }

  /** Without a cut: the decision comes when the store has begun to read what it moves. */
  @Test
  void theDecisionComesWhileTheSegmentIsEmptied() throws Exception {
    PowerCutStorage storage = new PowerCutStorage(SEED);
    GatedStorage gate = new GatedStorage(storage);
    Ledger ledger = new Ledger();
    try (Engine engine = TestLogs.openWithoutTick(gate, TestLogs.config(), Clock.systemUTC())) {
      Work work = new Work(engine, ledger);
      gate.holdReadsOf("lockstep-store");
      decided(
          work,
          decision -> {
            gate.awaitHeld();
            assertThat(names(storage)).contains(FIRST);
            decision.run();
            gate.release();
          },
          () -> TestLogs.awaitReleased(storage, FIRST));
      Examiner.examine(work);
    }
    try (Engine engine = TestLogs.open(TestLogs.again(storage))) {
      Examiner.examine(new Work(engine, ledger));
    }
  }

  private static List<String> names(PowerCutStorage storage) {
    try {
      return storage.names();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
