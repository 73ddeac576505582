package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Headers;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Readers beside writers see each transaction as a whole, or not at all. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VisibilityTest {
  private static final int PARTITIONS = 5;
  private static final int TRANSACTIONS = 1500;
  private static final int WRITERS = 2;
  private static final String ORDERS = "orders";
  private static final String INVOICES = "invoices";

  private final AtomicBoolean written = new AtomicBoolean();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Engine engine;

  @BeforeEach
  void open() throws Exception {
    engine = TestLogs.open(new PowerCutStorage(3));
    engine.topics().create(TopicConfig.of(ORDERS).partitions(PARTITIONS));
    engine.topics().create(TopicConfig.of(INVOICES));
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    engine.close();
  }

  /** Each transaction has a message for every partition of one topic, and one for the other. */
  private void write(int writer) {
    List<String> keys = keys();
    for (int i = 0; i < TRANSACTIONS; i++) {
      int number = writer * TRANSACTIONS + i;
      byte[] payload = ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
      Branch branch = engine.log().begin(BranchId.of(8, payload, new byte[0]));
      keys.forEach(key -> branch.append(message(ORDERS, key, payload)));
      branch.append(message(INVOICES, "key", payload));
      if (i % 3 == 0) {
        branch.prepare(Decider.TRANSACTION_MANAGER, payload);
        engine.log().commit(branch.id());
      } else {
        branch.commitOnePhase();
      }
    }
  }

  /** A key for each partition. */
  private static List<String> keys() {
    Map<Integer, String> keys = new HashMap<>();
    for (int i = 0; keys.size() < PARTITIONS; i++) {
      CRC32C crc = new CRC32C();
      byte[] key = ("key" + i).getBytes(StandardCharsets.UTF_8);
      crc.update(key, 0, key.length);
      keys.putIfAbsent((int) (crc.getValue() % PARTITIONS), "key" + i);
    }
    return List.copyOf(keys.values());
  }

  private static Envelope message(String topic, String key, byte[] payload) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    return new Envelope(topic, Optional.of(bytes), payload, Headers.empty());
  }

  @Test
  void aFetchSeesAllPartitionsOfATransactionOrNone() throws Exception {
    int[] fetches = new int[1];
    besideWriters(
        () -> {
          Set<Integer> seen = new HashSet<>();
          try (Subscription member = engine.log().subscribe("all", ORDERS, StartFrom.EARLIEST)) {
            while (seen.size() < WRITERS * TRANSACTIONS) {
              Map<Integer, Integer> messages = new HashMap<>();
              for (Delivery delivery : member.fetch(100_000, Duration.ofSeconds(1))) {
                int number = ByteBuffer.wrap(delivery.envelope().payload()).getInt();
                messages.merge(number, 1, Integer::sum);
              }
              assertThat(messages.values()).allMatch(count -> count == PARTITIONS);
              assertThat(seen).doesNotContainAnyElementsOf(messages.keySet());
              seen.addAll(messages.keySet());
              fetches[0]++;
            }
          }
        });
    assertThat(fetches[0]).isGreaterThan(1);
  }

  @Test
  void whatIsVisibleInOneTopicIsVisibleInTheOther() throws Exception {
    besideWriters(
        () -> {
          try (Subscription orders = engine.log().subscribe("all", ORDERS, StartFrom.EARLIEST);
              Subscription invoices = engine.log().subscribe("all", INVOICES, StartFrom.EARLIEST)) {
            long ordered = 0;
            long invoiced = 0;
            while (!written.get() || invoiced < WRITERS * TRANSACTIONS) {
              ordered += fetched(orders);
              invoiced += fetched(invoices);
              assertThat(invoiced * PARTITIONS).isGreaterThanOrEqualTo(ordered);
              ordered += fetched(orders);
              assertThat(ordered).isGreaterThanOrEqualTo(invoiced * PARTITIONS);
            }
          }
        });
  }

  private static int fetched(Subscription member) {
    return member.fetch(100_000, Duration.ZERO).size();
  }

  private void besideWriters(Runnable reader) throws InterruptedException, ExecutionException {
    Future<?> reading = threads.submit(reader);
    List<Future<?>> writing =
        List.of(threads.submit(() -> write(0)), threads.submit(() -> write(1)));
    for (Future<?> each : writing) {
      each.get();
    }
    written.set(true);
    reading.get();
  }
}
