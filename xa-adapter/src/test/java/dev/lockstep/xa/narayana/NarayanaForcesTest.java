package dev.lockstep.xa.narayana;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.CommitPath;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.spi.LogListener;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prints how many forces on the log a transaction has, with a real log and the real Narayana. */
@Timeout(120)
class NarayanaForcesTest {
  @TempDir Path directory;

  private final AtomicInteger forces = new AtomicInteger();
  private final AtomicInteger committed = new AtomicInteger();
  private final LogListener listener =
      new LogListener() {
        @Override
        public void forced(long bytes, Duration took) {
          forces.incrementAndGet();
        }

        @Override
        public void committed(CommitPath path, int messages, Duration took) {
          committed.incrementAndGet();
        }
      };

  @ParameterizedTest
  @CsvSource({"FILES, OFF, 1", "CO_LOCATED, OFF, 1", "CO_LOCATED, ON, 1", "CO_LOCATED, ON, 16"})
  void forcesForATransaction(TransactionStore store, Elision elision, int threads)
      throws Exception {
    int each = 160 / threads;
    try (NarayanaTransactions transactions =
            NarayanaFixture.transactions()
                .store(store)
                .elision(elision)
                .recover(
                    RecoverableResource.of(
                        "rows",
                        enlisted -> enlisted instanceof ScriptedResource,
                        () -> new ScriptedResource("nothing"),
                        opened -> {}))
                .open();
        Lockstep lockstep =
            Lockstep.open(
                LockstepConfig.builder()
                    .dataDir(directory.resolve("log"))
                    .segmentSize(1 << 20)
                    .maxMessageBytes(1 << 16)
                    .listener(listener)
                    .transactions(transactions.binding())
                    .build())) {
      lockstep.topics().create(TopicConfig.of("orders"));
      int before = forces.get();
      work(transactions.transactionManager(), lockstep, threads, each);
      assertThat(lockstep.topics().find("orders").orElseThrow().endOffset(0))
          .isEqualTo((long) threads * each);
      System.out.println(
          "forces on the log for a transaction, "
              + store
              + ", elision "
              + elision
              + ", "
              + threads
              + " threads: "
              + (double) (forces.get() - before) / committed.get());
      assertThat(committed).hasValue(threads * each);
    }
  }

  private static void work(TransactionManager manager, Lockstep lockstep, int threads, int each)
      throws InterruptedException {
    List<Thread> all = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  for (int j = 0; j < each; j++) {
                    manager.begin();
                    lockstep.producer("orders", String.class).send("order");
                    manager.getTransaction().enlistResource(new ScriptedResource("row"));
                    manager.commit();
                  }
                } catch (Exception e) {
                  synchronized (failures) {
                    failures.add(e);
                  }
                }
              });
      all.add(thread);
      thread.start();
    }
    for (Thread thread : all) {
      thread.join();
    }
    assertThat(failures).isEmpty();
  }
}
