package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Durability;
import dev.lockstep.StartFrom;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.engine.PowerCuts.Scenario;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.Subscription;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Decides by hand and forgets, with the power cut at every single operation: a branch is in doubt
 * or it is decided, as a whole and for good, and what was done is known until it is forgotten.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith({QuietLog.class, NothingLeft.class})
class HeuristicPowerCutTest {
  private static final long SEED = 20250714;
  private static final AtomicInteger CUTS = new AtomicInteger();
  private static final Membership BILLING = new Membership("billing", "orders");

  private PowerCuts cuts = new PowerCuts("", SEED, Durability.FORCED);

  @BeforeEach
  void begin(TestInfo test) {
    cuts = new PowerCuts(test.getDisplayName(), SEED, Durability.FORCED);
  }

  @AfterEach
  void end() {
    CUTS.addAndGet(cuts.cuts());
  }

  @AfterAll
  static void report() {
    System.out.println("HeuristicPowerCutTest: examined " + CUTS + " power cuts, seed " + SEED);
  }

  /** Each outcome; forgotten by the manager, by hand, and not at all. */
  private static void decisions(Work work, Runnable between) {
    work.createTopic("orders", 2);
    for (int i = 0; i < 6; i++) {
      work.send("orders", "key" + i);
    }
    try (Subscription member = work.join("billing", "orders", StartFrom.EARLIEST)) {
      for (int i = 0; i < 6; i++) {
        Work.Transaction transaction = work.begin();
        if (i % 3 != 2) {
          transaction.take(member, BILLING, 1);
        }
        transaction.send("orders", "sent" + i, 200);
        transaction.send("orders", "too" + i, 200);
        transaction.prepare();
        between.run();
        transaction.resolve(i % 2 == 0 ? Outcome.COMMITTED : Outcome.ROLLED_BACK);
        member.rewind();
        between.run();
        if (i % 3 != 0) {
          transaction.forget(i % 3 == 1);
        }
      }
      work.send("orders", "later");
    }
  }

  @Test
  void outcomesAreForcedAndForgotten() throws Exception {
    cuts.everywhere(work -> decisions(work, () -> {}));
  }

  @Test
  void acrossCheckpoints() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    cuts.everywhere(
        work -> {
          calls.set(0);
          decisions(
              work,
              () -> {
                if (calls.incrementAndGet() % 5 == 1) {
                  work.engine().reclaimNow();
                }
              });
        });
  }

  @Test
  void inSecondLivesWithoutAndWithCheckpoint() throws Exception {
    Scenario before = work -> decisions(work, () -> {});
    for (int first : new int[] {30, 55, 1000}) {
      cuts.duringRecovery(first, before, HeuristicPowerCutTest::finish);
    }
  }

  /** Decides what an earlier life left in doubt, and forgets what it left to be forgotten. */
  private static void finish(Work work) {
    int n = 0;
    for (Ledger.Entry entry : List.copyOf(work.ledger().entries())) {
      boolean inDoubt =
          work.engine()
              .transactions()
              .find(entry.id().toString())
              .filter(view -> view.heuristic().isEmpty())
              .isPresent();
      if (inDoubt && entry.is(Ledger.State.UNDECIDED)) {
        work.recovered(entry).resolve(n++ % 2 == 0 ? Outcome.COMMITTED : Outcome.ROLLED_BACK);
      } else if (entry.isByHand()) {
        work.recovered(entry).forget(n++ % 2 == 0);
      }
    }
  }

  /** The messages of a branch in doubt move, and then it is decided by hand. */
  @Test
  void whileItsMessagesMove() throws Exception {
    cuts.everywhere(
        work -> {
          work.createTopic("orders", 1);
          Work.Transaction doubt = work.begin();
          doubt.send("orders", "key", 300);
          doubt.prepare();
          Work.Transaction other = work.begin();
          other.send("orders", "other", 300);
          other.prepare();
          for (int i = 0; i < 12; i++) {
            Work.Transaction dead = work.begin();
            dead.send("orders", "dead" + i, 14_000);
            dead.prepare();
            if (i % 2 == 0) {
              dead.rollback();
            } else {
              dead.resolve(Outcome.ROLLED_BACK);
              dead.forget(false);
            }
          }
          work.engine().reclaimNow();
          doubt.resolve(Outcome.COMMITTED);
          other.resolve(Outcome.ROLLED_BACK);
          work.engine().reclaimNow();
        });
  }

  /** What is rolled back by hand is dead, and its room comes back. */
  @Test
  void theRoomOfWhatIsRolledBackComesBack() throws Exception {
    PowerCutStorage storage = new PowerCutStorage(SEED);
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, new Ledger());
      work.createTopic("orders", 1);
      for (int i = 0; i < 20; i++) {
        Work.Transaction dead = work.begin();
        dead.send("orders", "dead" + i, 14_000);
        dead.prepare();
        dead.resolve(Outcome.ROLLED_BACK);
      }
      engine.reclaimNow();
      assertThat(storage.names()).doesNotContain("0000000000000000.segment");
      assertThat(engine.log().heuristics()).hasSize(20);
      Examiner.examine(work);
    }
  }
}
