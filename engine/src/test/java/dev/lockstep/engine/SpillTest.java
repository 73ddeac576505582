package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.DiskFullException;
import dev.lockstep.Durability;
import dev.lockstep.Headers;
import dev.lockstep.LockstepConfig;
import dev.lockstep.engine.Ledger.State;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Transactions that have more messages than they may keep in memory. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class SpillTest {
  private static final long SEED = 20250711;
  private static final int BIG = 30_000;

  private final PowerCutStorage storage = new PowerCutStorage(SEED);
  private final Ledger ledger = new Ledger();

  /** So many messages of {@link #BIG} bytes that most of them are spilled. */
  private static Work.Transaction large(Work work, int messages) {
    Work.Transaction transaction = work.begin();
    for (int i = 0; i < messages; i++) {
      transaction.send("orders", "key" + i, BIG);
    }
    return transaction;
  }

  private static long segments(PowerCutStorage storage) throws IOException {
    return storage.names().stream().filter(name -> name.endsWith(".segment")).count();
  }

  private static LockstepConfig config() {
    return TestLogs.config(Path.of("memory")).maxTransactionBytes(4 << 20).build();
  }

  @Test
  void itsMessagesBecomeVisibleTogetherAndInOrder() throws Exception {
    try (Engine engine = TestLogs.open(storage, config())) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 3);
      Work.Transaction one = large(work, 30);
      Work.Transaction prepared = large(work, 20);
      work.send("orders", "between");
      Examiner.examine(work);
      prepared.prepare();
      one.commitOnePhase();
      Examiner.examine(work);
      engine.reclaimNow();
      prepared.commit();
      Examiner.examine(work);
    }
    try (Engine engine = TestLogs.open(TestLogs.again(storage), config())) {
      Examiner.examine(new Work(engine, ledger));
    }
  }

  @Test
  void emptyMessagesAreSpilledToo() throws Exception {
    try (Engine engine = TestLogs.open(storage, config())) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      Branch branch = engine.log().begin();
      for (int i = 0; i < 10_000; i++) {
        branch.append(new Envelope("orders", Optional.empty(), new byte[0], Headers.empty()));
      }
      assertThat(segments(storage)).isGreaterThan(10);
      branch.rollback();
    }
  }

  @Test
  void itsRoomIsGivenBackAfterARollbackAndAfterACrash() throws Exception {
    PowerCutStorage left;
    Engine engine = TestLogs.open(storage, config());
    try {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 3);
      Work.Transaction active = large(work, 40);
      engine.reclaimNow();
      assertThat(segments(storage)).isGreaterThan(15);
      active.rollback();
      engine.reclaimNow();
      await().until(() -> segments(storage) < 8);
      large(work, 40);
      engine.reclaimNow();
      left = storage.afterCut(Loss.DROP);
    } finally {
      TestLogs.closeFailed(engine);
    }
    try (Engine again = TestLogs.open(left, config())) {
      Examiner.examine(new Work(again, ledger));
      again.reclaimNow();
      await().until(() -> segments(left) < 8);
    }
  }

  @Test
  void aCheckpointAmidALargeTransactionIsNoHarm() throws Exception {
    PowerCutStorage left;
    Engine engine = TestLogs.open(storage, config());
    Work.Transaction doubt;
    try {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 3);
      doubt = large(work, 20);
      engine.reclaimNow();
      for (int i = 0; i < 20; i++) {
        doubt.send("orders", "more" + i, BIG);
      }
      Work.Transaction committed = large(work, 10);
      engine.reclaimNow();
      committed.send("orders", "last", 10);
      committed.commitOnePhase();
      doubt.prepare();
      left = storage.afterCut(Loss.DROP);
    } finally {
      TestLogs.closeFailed(engine);
    }
    try (Engine again = TestLogs.open(left, config())) {
      Work work = new Work(again, ledger);
      Examiner.examine(work);
      work.recovered(doubt.entry()).commit();
      assertThat(doubt.entry().is(State.COMMITTED)).isTrue();
      Examiner.examine(work);
    }
  }

  @Test
  void aSendThatFindsTheDiskFullIsRefusedAndTheTransactionCanEnd() throws Exception {
    try (Engine engine = TestLogs.open(storage, config())) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 3);
      work.send("orders", "before");
      storage.limitBytes(10 * TestLogs.SEGMENT);
      Work.Transaction transaction = work.begin();
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  transaction.send("orders", "key" + i, BIG);
                }
              })
          .isInstanceOf(DiskFullException.class);
      transaction.rollback();
      engine.reclaimNow();
      await()
          .ignoreException(DiskFullException.class)
          .until(
              () -> {
                work.send("orders", "after");
                return true;
              });
      Examiner.examine(work);
    }
  }

  private static void spilling(Work work) {
    work.createTopic("orders", 2);
    large(work, 7).commitOnePhase();
    large(work, 6).rollback();
    Work.Transaction doubt = large(work, 5);
    work.upkeep();
    doubt.send("orders", "last", 100);
    doubt.prepare();
    large(work, 6);
  }

  @Test
  void thePowerIsCutAtEveryOperation(TestInfo test) throws Exception {
    PowerCuts cuts = new PowerCuts(test.getDisplayName(), SEED, Durability.FORCED);
    cuts.everywhere(SpillTest::spilling);
    CutFloor.SPILLS.reached(cuts.cuts(), SEED);
  }

  @Test
  void secondLives(TestInfo test) throws Exception {
    PowerCuts cuts = new PowerCuts(test.getDisplayName(), SEED, Durability.FORCED);
    cuts.secondLives(17, 11, SpillTest::spilling);
    CutFloor.SPILLS_TWICE.reached(cuts.cuts(), SEED);
  }
}
