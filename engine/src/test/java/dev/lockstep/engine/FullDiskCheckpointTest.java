package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Headers;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A checkpoint that finds no room leaves none of it behind, however often it is tried. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class FullDiskCheckpointTest {
  private static final int KEYS = 6_000;
  private static final int IN_TRANSACTION = 500;

  private final PowerCutStorage storage = new PowerCutStorage(7);

  private static void send(Engine engine, int from, int to, int step) {
    Branch branch = engine.log().begin();
    int sent = 0;
    for (int i = from; i < to; i += step) {
      byte[] key = ("key" + i).getBytes(StandardCharsets.UTF_8);
      branch.append(new Envelope("orders", Optional.of(key), new byte[0], Headers.empty()));
      if (++sent % IN_TRANSACTION == 0) {
        branch.commitOnePhase();
        branch = engine.log().begin();
      }
    }
    branch.commitOnePhase();
  }

  private static long messageBytes(Engine engine) {
    return engine.topics().find("orders").orElseThrow().bytes();
  }

  private long indexBytes() throws IOException {
    return storage.names().stream()
        .filter(name -> name.endsWith(".index"))
        .mapToLong(name -> storage.contents(name).length)
        .sum();
  }

  private int spares() throws IOException {
    return FullDiskTest.unusedSegments(storage).size();
  }

  @Test
  void whatCouldNotBeFinishedIsDeleted() throws Exception {
    long newest;
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(TopicConfig.of("orders").compacted(Duration.ofHours(1)));
      send(engine, 0, KEYS, 1);
      engine.reclaimNow();
      newest = messageBytes(engine);
      send(engine, 0, KEYS, 6); // of all pages some entries are dropped: the file is written anew
      await().until(() -> spares() >= 4);
      storage.limitBytes(storage.bytes() + 1000);
      engine.reclaimNow();
      assertThat(messageBytes(engine)).as("compacted").isEqualTo(newest);
      long bytes = indexBytes();
      for (int i = 0; i < 5; i++) {
        engine.reclaimNow();
        assertThat(indexBytes()).isEqualTo(bytes);
      }
      // Compaction may have used some, down to two; each attempt was lent one of them.
      await().until(() -> spares() >= 2);

      storage.limitBytes(FullDiskTest.NO_LIMIT);
      engine.reclaimNow();
      assertThat(indexBytes()).isBetween(KEYS * 32L, KEYS * 33L);
    }
    try (Engine engine = TestLogs.open(TestLogs.again(storage))) {
      assertThat(messageBytes(engine)).isEqualTo(newest);
    }
  }
}
