package dev.lockstep.engine;

import dev.lockstep.Compression;
import dev.lockstep.Durability;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Subscription;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Batches of compressed messages, with the power cut at every single operation. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class BatchPowerCutTest {
  private static final long SEED = 20_260_303;
  private static final Membership BILLING = new Membership("billing", "orders");

  private final PowerCuts cuts = new PowerCuts("batches", SEED, Durability.FORCED);

  private static void topics(Work work) {
    work.createTopic(TopicConfig.of("orders").partitions(2).compression(Compression.LZ4));
    work.createTopic(TopicConfig.of("invoices").compression(Compression.ZSTD));
    work.createTopic("plain", 1);
  }

  private static void send(Work.Transaction transaction, int n) {
    for (int j = 0; j < 6; j++) {
      transaction.send("orders", "key" + (n + j), 150);
      transaction.send("plain", "key" + j, 20);
    }
    transaction.send("invoices", "key" + n, n % 2 == 0 ? 400 : 20_000);
  }

  @Test
  void batchesInOnePhase() throws Exception {
    cuts.everywhere(
        work -> {
          topics(work);
          for (int i = 0; i < 7; i++) {
            Work.Transaction transaction = work.begin();
            send(transaction, i);
            transaction.commitOnePhase();
          }
        });
    CutFloor.BATCHES.reached(cuts.cuts(), SEED);
  }

  @Test
  void batchesThatArePreparedDecidedAndLeftInDoubt() throws Exception {
    cuts.everywhere(BatchPowerCutTest::branches);
    CutFloor.BATCHED_BRANCHES.reached(cuts.cuts(), SEED);
  }

  private static void branches(Work work) {
    topics(work);
    try (Subscription member = work.join("billing", "orders", StartFrom.EARLIEST)) {
      for (int i = 0; i < 6; i++) {
        Work.Transaction transaction = work.begin();
        transaction.take(member, BILLING, 3);
        send(transaction, i);
        transaction.prepare();
        switch (i % 3) {
          case 0 -> transaction.commit();
          case 1 -> {
            transaction.rollback();
            member.rewind();
          }
          default -> {} // stays in doubt
        }
        work.send("orders", "alone");
      }
    }
  }

  @Test
  void batchesOfTransactionsThatAreSpilled() throws Exception {
    cuts.everywhere(
        work -> {
          topics(work);
          for (int i = 0; i < 4; i++) {
            Work.Transaction transaction = work.begin();
            for (int bytes = 0; bytes < 2 * TestLogs.SPILL; bytes += 12_000) {
              transaction.send("orders", "key" + bytes, 8_000);
              transaction.send("plain", "key", 4_000);
            }
            if (i == 1) {
              transaction.rollback();
            } else if (i == 2) {
              transaction.prepare();
              transaction.commit();
            } else {
              transaction.commitOnePhase();
            }
            work.send("orders", "alone");
          }
        });
    CutFloor.SPILLED_BATCHES.reached(cuts.cuts(), SEED);
  }

  /** Whole batches, in a partition and in doubt, in a segment that is nearly dead. */
  private static void moving(Work work) {
    topics(work);
    Work.Transaction first = work.begin();
    Work.Transaction doubt = work.begin();
    Work.Transaction decided = work.begin();
    for (Work.Transaction transaction : List.of(first, doubt, decided)) {
      for (int j = 0; j < 10; j++) {
        transaction.send("orders", "key" + j, 300);
      }
    }
    first.commitOnePhase();
    doubt.prepare();
    decided.prepare();
    for (int i = 0; i < 8; i++) {
      Work.Transaction dead = work.begin();
      dead.send("plain", "dead", 14_000);
      dead.prepare();
      dead.rollback();
    }
    work.engine().reclaimNow();
    decided.commit();
    work.engine().reclaimNow();
    work.send("orders", "last");
  }

  @Test
  void batchesThatMoveKeepTheirSlots() throws Exception {
    PowerCutStorage storage = new PowerCutStorage(SEED);
    Ledger ledger = new Ledger();
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, ledger);
      moving(work);
      TestLogs.awaitReleased(storage, "0000000000000000.segment");
      Examiner.examine(work);
    }
    cuts.everywhere(BatchPowerCutTest::moving);
    CutFloor.MOVED_BATCHES.reached(cuts.cuts(), SEED);
  }

  @Test
  void secondLives() throws Exception {
    for (int first : new int[] {30, 50, 1000}) {
      cuts.duringRecovery(first, BatchPowerCutTest::branches, BatchPowerCutTest::oneMore);
    }
    CutFloor.BATCHES_TWICE.reached(cuts.cuts(), SEED);
  }

  private static void oneMore(Work work) {
    if (work.ledger().topics().containsKey("orders")
        && work.engine().topics().find("orders").isPresent()) {
      work.send("orders", "again");
    }
  }
}
