package dev.lockstep.xa.narayana;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Headers;
import dev.lockstep.spi.Envelope;
import dev.lockstep.xa.FakeLog;
import dev.lockstep.xa.FakeRecords;
import jakarta.transaction.TransactionManager;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Recovery passes without a pause, beside transactions that it must not touch. */
@Timeout(120)
class RecoveryUnderLoadTest {
  private static final int THREADS = 4;
  private static final int TRANSACTIONS = 150;

  private final ScriptedResource database = new ScriptedResource("database");
  private final FakeLog log = new FakeLog();

  @ParameterizedTest
  @EnumSource
  void takesNothingInFlightForAnOrphan(TransactionStore store) throws Exception {
    log.with(new FakeRecords());
    try (NarayanaTransactions transactions =
        NarayanaFixture.transactions()
            .recoveryInterval(Duration.ofMillis(1))
            .store(store)
            .elision(Elision.ON)
            .recover(
                RecoverableResource.of(
                    "shop", enlisted -> enlisted == database, () -> database, opened -> {}))
            .open()) {
      transactions.binding().attach(log);
      ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
      AtomicBoolean working = new AtomicBoolean(true);
      try {
        Future<?> recovery =
            threads.submit(
                () -> {
                  while (working.get()) {
                    transactions.recoverNow(Duration.ZERO);
                  }
                });
        List<Future<?>> workers = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
          workers.add(threads.submit(() -> commitMany(transactions)));
        }
        for (Future<?> worker : workers) {
          worker.get();
        }
        working.set(false);
        recovery.get();
      } finally {
        working.set(false);
        threads.shutdownNow();
      }
      assertThat(transactions.recoverNow(Duration.ZERO).left()).isEmpty();
      transactions.binding().detach(log);
    }
    assertThat(log.visible()).hasSize(THREADS * TRANSACTIONS);
    assertThat(log.calls()).doesNotContain("ROLLBACK");
    assertThat(database.calls()).contains("recover");
    // A rollback of a branch that has just been committed may come; it finds nothing.
    assertThat(database.undone()).isEmpty();
    assertThat(database.prepared()).isEmpty();
  }

  private Void commitMany(NarayanaTransactions transactions) throws Exception {
    TransactionManager manager = transactions.transactionManager();
    for (int i = 0; i < TRANSACTIONS; i++) {
      manager.begin();
      transactions
          .binding()
          .current(log)
          .orElseThrow()
          .append(
              new Envelope(
                  "orders",
                  Optional.empty(),
                  "order".getBytes(StandardCharsets.UTF_8),
                  Headers.empty()));
      assertThat(manager.getTransaction().enlistResource(database)).isTrue();
      manager.commit();
    }
    return null;
  }
}
