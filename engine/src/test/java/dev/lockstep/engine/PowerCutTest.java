package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Durability;
import dev.lockstep.LockstepException;
import dev.lockstep.StartFrom;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.engine.PowerCuts.Scenario;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Subscription;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every protocol, with the power cut at every single operation: afterwards all that was
 * acknowledged is there once, and nothing is there in part.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith({QuietLog.class, NothingLeft.class})
class PowerCutTest {
  private static final long SEED = 20250101;
  private static final Membership BILLING = new Membership("billing", "orders");

  private PowerCuts cuts = new PowerCuts("", SEED, Durability.FORCED);

  @BeforeEach
  void begin(TestInfo test) {
    cuts = new PowerCuts(test.getDisplayName(), SEED, Durability.FORCED);
  }

  @Test
  void sendsInOnePhaseToSeveralTopicsAndPartitions() throws Exception {
    cuts.everywhere(PowerCutTest::sends);
    CutFloor.SENDS.reached(cuts.cuts(), SEED);
  }

  private static void sends(Work work) {
    work.createTopic("orders", 3);
    work.createTopic("invoices", 1);
    for (int i = 0; i < 6; i++) {
      Work.Transaction transaction = work.begin();
      for (int j = 0; j < 5; j++) {
        transaction.send("orders", "key" + (i + j), 200);
      }
      transaction.send("invoices", "key" + i, 10);
      transaction.commitOnePhase();
    }
  }

  @Test
  void branchesThatArePreparedCommittedRolledBackAndLeftInDoubt() throws Exception {
    cuts.everywhere(PowerCutTest::branches);
    CutFloor.BRANCHES.reached(cuts.cuts(), SEED);
  }

  private static void branches(Work work) {
    work.createTopic("orders", 3);
    try (Subscription member = work.join("billing", "orders", StartFrom.EARLIEST)) {
      for (int i = 0; i < 8; i++) {
        work.send("orders", "key" + i);
        Work.Transaction transaction = work.begin();
        transaction.take(member, BILLING, 2);
        transaction.send("orders", "key" + i, 300);
        transaction.send("orders", "other" + i, 300);
        transaction.prepare();
        switch (i % 4) {
          case 0, 3 -> transaction.commit();
          case 1 -> {
            transaction.rollback();
            member.rewind();
          }
          default -> {} // stays in doubt, and keeps its partitions from the others
        }
      }
    }
  }

  @Test
  void acknowledgementsAndSendsInOneTransaction() throws Exception {
    cuts.everywhere(
        work -> {
          work.createTopic("orders", 2);
          work.createTopic("invoices", 2);
          for (int i = 0; i < 8; i++) {
            work.send("orders", "key" + i);
          }
          try (Subscription member = work.join("billing", "orders", StartFrom.EARLIEST)) {
            for (int i = 0; i < 5; i++) {
              Work.Transaction transaction = work.begin();
              transaction.take(member, BILLING, 2);
              if (i % 2 == 0) {
                transaction.send("invoices", "key" + i, 50);
              }
              if (i == 3) {
                transaction.rollback();
                member.rewind();
              } else {
                transaction.commitOnePhase();
              }
            }
          }
        });
    CutFloor.ACKNOWLEDGEMENTS.reached(cuts.cuts(), SEED);
  }

  @Test
  void creationsOfTopicsAndGroups() throws Exception {
    cuts.everywhere(
        work -> {
          for (int i = 0; i < 4; i++) {
            String topic = "topic" + i;
            work.createTopic(topic, 1 + i);
            work.send(topic, "first");
            work.join("early" + i, topic, StartFrom.EARLIEST).close();
            work.join("late" + i, topic, StartFrom.LATEST).close();
            work.send(topic, "second");
          }
        });
    CutFloor.CREATIONS.reached(cuts.cuts(), SEED);
  }

  @Test
  void largeMessagesThatRollSegmentsAndBringCheckpoints() throws Exception {
    cuts.everywhere(PowerCutTest::large);
    CutFloor.LARGE.reached(cuts.cuts(), SEED);
  }

  /** Without a cut: that it does what it is for. */
  @Test
  void largeMessagesRollSegmentsAndBringACheckpoint() throws Exception {
    PowerCutStorage storage = new PowerCutStorage(SEED);
    try (Engine engine = TestLogs.openWithoutTick(storage, TestLogs.config(), Clock.systemUTC())) {
      large(new Work(engine, new Ledger()));
      assertThat(storage.names())
          .contains("0000000000000000.segment", "0000000000000001.segment")
          .contains("0000000000000002.segment", "0000000000000003.segment");
      await().until(() -> storage.names().contains("checkpoint"));
    }
  }

  private static void large(Work work) {
    work.createTopic("orders", 2);
    for (int i = 0; i < 6; i++) {
      Work.Transaction transaction = work.begin();
      for (int j = 0; j <= i % 3 * 2; j++) {
        transaction.send("orders", "key" + j, 25_000 + 1000 * i);
      }
      if (i == 4) {
        transaction.prepare();
      } else {
        transaction.commitOnePhase();
      }
      work.send("orders", "small");
    }
  }

  @Test
  void secondLivesWithoutAndWithCheckpoint() throws Exception {
    for (int first : new int[] {25, 45, 60, 1000}) {
      cuts.duringRecovery(first, PowerCutTest::branches, work -> work.createTopic("second", 1));
    }
    CutFloor.BRANCHES_TWICE.reached(cuts.cuts(), SEED);
  }

  @Test
  void recoveriesOfManySegments() throws Exception {
    for (int first : new int[] {40, 70, 90}) {
      cuts.duringRecovery(first, PowerCutTest::large, work -> {});
    }
    CutFloor.LARGE_TWICE.reached(cuts.cuts(), SEED);
  }

  @Test
  void withoutForcesOnlyTheEndIsLostAndNothingByAKill() throws Exception {
    int examined = 0;
    for (Durability durability : List.of(Durability.OS, Durability.INTERVAL)) {
      PowerCuts weaker = new PowerCuts(durability.name(), SEED, durability);
      weaker.everywhere(PowerCutTest::branches);
      weaker.everywhere(PowerCutTest::large);
      examined += weaker.cuts();
    }
    CutFloor.UNFORCED.reached(examined, SEED);
  }

  @Test
  void committersThatShareAGroup() throws Exception {
    cuts.everywhere(new SharedGroup());
    CutFloor.SHARED_GROUP.reached(cuts.cuts(), SEED);
  }

  /** Three members consume, transform and produce at once. */
  private static final class SharedGroup implements Scenario {
    private static final int MEMBERS = 3;

    @Override
    public void run(Work work) throws InterruptedException {
      work.createTopic("orders", 4);
      work.createTopic("invoices", 2);
      List<Subscription> members = new ArrayList<>();
      for (int i = 0; i < MEMBERS; i++) {
        members.add(work.join("billing", "orders", StartFrom.EARLIEST));
      }
      for (int i = 0; i < 12; i++) {
        work.send("orders", "key" + i);
      }
      Map<Integer, Throwable> failures = new ConcurrentHashMap<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < MEMBERS; i++) {
        int number = i;
        Thread thread = new Thread(() -> member(work, number, members.get(number)));
        thread.setUncaughtExceptionHandler((t, failure) -> failures.put(number, failure));
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      Optional<Throwable> other =
          failures.values().stream().filter(f -> !(f instanceof LockstepException)).findAny();
      assertThat(other).isEmpty();
      for (Throwable failure : failures.values()) {
        throw (LockstepException) failure;
      }
    }

    private static void member(Work work, int number, Subscription member) {
      for (int i = 0; i < 4; i++) {
        Work.Transaction transaction = work.begin();
        try {
          transaction.take(member, BILLING, 2);
          transaction.send("invoices", "key" + number + i, 100);
          transaction.send("orders", "key" + number + i, 100);
          if ((number + i) % 2 == 0) {
            transaction.commitOnePhase();
          } else {
            transaction.prepare();
            transaction.commit();
          }
        } catch (TransactionRolledBackException e) {
          member.rewind(); // a partition went to another member: what it took comes again
        }
        if (number == 1 && i == 1) {
          member.close();
          return;
        }
      }
    }
  }
}
