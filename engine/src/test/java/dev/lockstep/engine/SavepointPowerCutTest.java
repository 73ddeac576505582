package dev.lockstep.engine;

import dev.lockstep.Compression;
import dev.lockstep.Durability;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.spi.Subscription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Branches that take back what they have spilled, with the power cut at every single operation:
 * what was taken back is nowhere, what was not is there as a whole or not at all.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class SavepointPowerCutTest {
  private static final long SEED = 20_261_128;
  private static final Membership BILLING = new Membership("billing", "plain");

  private final PowerCuts cuts = new PowerCuts("savepoints", SEED, Durability.FORCED);

  private static void topics(Work work) {
    work.createTopic(TopicConfig.of("packed").partitions(2).compression(Compression.LZ4));
    work.createTopic("plain", 1);
  }

  /** Sends so much that some of it is spilled. */
  private static void sendMuch(Work.Transaction transaction) {
    for (int bytes = 0; bytes < TestLogs.SPILL; bytes += 24_000) {
      transaction.send("packed", "key" + bytes, 12_000);
      transaction.send("plain", "key", 12_000);
    }
  }

  private static Work.Transaction detour(Work work, boolean more) {
    Work.Transaction transaction = work.begin();
    transaction.send("plain", "key", 100);
    transaction.send("packed", "key", 100);
    Work.Moment moment = transaction.savepoint();
    sendMuch(transaction);
    transaction.rollbackTo(moment);
    if (more) {
      sendMuch(transaction);
    }
    transaction.send("packed", "last", 100);
    return transaction;
  }

  private static void savepoints(Work work) {
    topics(work);
    detour(work, true).commitOnePhase();
    Work.Transaction doubt = detour(work, false);
    work.upkeep();
    doubt.prepare();
    detour(work, false).rollback();
    try (Subscription member = work.join("billing", "plain", StartFrom.EARLIEST)) {
      Work.Transaction consuming = work.begin();
      consuming.take(member, BILLING, 2);
      Work.Moment moment = consuming.savepoint();
      sendMuch(consuming);
      consuming.take(member, BILLING, 2);
      work.upkeep();
      consuming.rollbackTo(moment);
      consuming.commitOnePhase();
    }
    Work.Transaction decided = detour(work, true);
    decided.prepare();
    decided.commit();
  }

  @Test
  void thePowerIsCutAtEveryOperation() throws Exception {
    cuts.everywhere(SavepointPowerCutTest::savepoints);
    CutFloor.SAVEPOINTS.reached(cuts.cuts(), SEED);
  }

  @Test
  void secondLives() throws Exception {
    cuts.secondLives(17, 11, SavepointPowerCutTest::savepoints);
    CutFloor.SAVEPOINTS_TWICE.reached(cuts.cuts(), SEED);
  }
}
