package dev.lockstep.xa.narayana;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Headers;
import dev.lockstep.LockstepException;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.OpenLog;
import dev.lockstep.engine.QuietLog;
import dev.lockstep.engine.io.PowerCut;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import jakarta.transaction.RollbackException;
import jakarta.transaction.TransactionManager;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The real Narayana over a real log whose power is cut at every operation, with the decision
 * records in the log and forces elided. After the next start the database and the log have the same
 * transactions, and all those that were reported as committed.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class NarayanaPowerCutTest {
  private static final long SEED = 20251128;
  private static final int TRANSACTIONS = 3;

  /** A database that is not in the power cut's reach. */
  private static final class Database {
    private final ScriptedResource resource = new ScriptedResource("database");
    private final List<String> reported = new ArrayList<>();

    private RecoverableResource recoverable() {
      return RecoverableResource.of(
          "shop", enlisted -> enlisted == resource, () -> resource, opened -> {});
    }

    private int rows() {
      long done = resource.calls().stream().filter("commit"::equals).count();
      return (int) done;
    }
  }

  private static NarayanaTransactions open(Database database) {
    return NarayanaFixture.transactions()
        .store(TransactionStore.CO_LOCATED)
        .elision(Elision.ON)
        .recover(database.recoverable())
        .open();
  }

  private static Envelope message(String text) {
    return new Envelope("orders", Optional.empty(), text.getBytes(UTF_8), Headers.empty());
  }

  /** One life; says whether the power was cut in it. */
  private static boolean life(PowerCutStorage storage, Database database, int n) throws Exception {
    storage.cutAfter(n);
    try (NarayanaTransactions transactions = open(database)) {
      OpenLog log;
      try {
        log = OpenLog.open(storage);
      } catch (PowerCut e) {
        return true;
      }
      boolean attached = false;
      try {
        log.topics().create(TopicConfig.of("orders"));
        transactions.binding().attach(log.log());
        attached = true;
        work(transactions, log, database);
      } catch (LockstepException | DecisionUnknownError e) {
        assertThat(storage.operations()).as("%s", e).isGreaterThanOrEqualTo(n);
      } finally {
        if (attached) {
          transactions.binding().detach(log.log());
        }
        log.abandon();
        Crashed.disassociate();
        Crashed.forget(database.resource.prepared());
      }
    }
    return storage.operations() >= n;
  }

  private static void work(NarayanaTransactions transactions, OpenLog log, Database database)
      throws Exception {
    TransactionManager manager = transactions.transactionManager();
    for (int i = 0; i < TRANSACTIONS; i++) {
      manager.begin();
      transactions.binding().current(log.log()).orElseThrow().append(message("order" + i));
      manager.getTransaction().enlistResource(database.resource);
      try {
        manager.commit();
      } catch (RollbackException e) {
        return; // certain, and the log is of no use any more
      }
      database.reported.add("order" + i);
    }
  }

  private static List<String> recovered(PowerCutStorage storage, Database database)
      throws IOException {
    try (NarayanaTransactions transactions = open(database);
        OpenLog log = OpenLog.open(storage)) {
      transactions.binding().attach(log.log());
      RecoveryReport report = transactions.recoverNow(Duration.ZERO);
      assertThat(report.left()).isEmpty();
      assertThat(report.heuristics()).isEmpty();
      assertThat(log.transactions().inDoubt()).isEmpty();
      List<String> texts = new ArrayList<>();
      if (log.topics().find("orders").isPresent()) {
        try (Subscription audit = log.log().subscribe("audit", "orders", StartFrom.EARLIEST)) {
          audit.fetch(100, Duration.ZERO).stream()
              .map(delivery -> new String(delivery.envelope().payload(), UTF_8))
              .forEach(texts::add);
        }
      }
      transactions.binding().detach(log.log());
      return texts;
    }
  }

  @Test
  void theDatabaseAndTheLogAgreeAfterEveryCut() throws Exception {
    int cuts = 0;
    for (Loss loss : List.of(Loss.DROP, Loss.KEEP, Loss.TEAR)) {
      boolean cut = true;
      for (int n = 1; cut; n++) {
        PowerCutStorage storage = new PowerCutStorage(SEED + n);
        Database database = new Database();
        cut = life(storage, database, n);
        String where = loss + " at operation " + n + ", seed " + SEED;
        List<String> messages = recovered(storage.afterCut(loss), database);
        assertThat(messages).as(where).containsAll(database.reported);
        assertThat(messages).as(where).hasSize(database.rows());
        assertThat(messages).as(where).doesNotHaveDuplicates();
        assertThat(database.resource.prepared()).as(where).isEmpty();
        cuts++;
      }
    }
    System.out.println("NarayanaPowerCutTest: examined " + cuts + " power cuts, seed " + SEED);
  }
}
