package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.CorruptLogException;
import dev.lockstep.LogFailedException;
import dev.lockstep.ReadFailedException;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the store's thread must read can't be read. Nothing that is written is in doubt then: the
 * log stays open, and what needs that place alone waits.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class StoreTroubleTest {
  private static final String STORE = "lockstep-store";

  private final PowerCutStorage storage = new PowerCutStorage(41);
  private final Ledger ledger = new Ledger();

  private static void leaveDeadFrames(Work work, int count) {
    for (int i = 0; i < count; i++) {
      Work.Transaction transaction = work.begin();
      transaction.send("orders", "dead" + i, 14_000);
      transaction.prepare();
      transaction.rollback();
    }
  }

  private static String segment(int number) {
    return "%016x.segment".formatted(number);
  }

  private List<String> segmentsBefore(int number) throws IOException {
    return storage.names().stream()
        .filter(name -> name.endsWith(".segment") && name.compareTo(segment(number)) < 0)
        .toList();
  }

  @Test
  void aSegmentThatCantBeReadIsLeftAlone() throws Exception {
    GatedStorage failing = new GatedStorage(storage);
    try (Engine engine = TestLogs.open(failing)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      failing.failReadsOf(STORE, true);
      work.send("orders", "first");
      leaveDeadFrames(work, 9);
      engine.reclaimNow();
      await().until(() -> !storage.names().contains(segment(1))); // it is used again
      assertThat(storage.names()).contains(segment(0));

      failing.failReadsOf("nobody", false);
      leaveDeadFrames(work, 9);
      work.send("orders", "second");
      leaveDeadFrames(work, 9);
      engine.reclaimNow();
      engine.reclaimNow();
      await().until(() -> segmentsBefore(4).equals(List.of(segment(0))));
      Examiner.examine(work);
    }
    try (Engine engine = TestLogs.open(TestLogs.again(storage))) {
      engine.reclaimNow();
      Examiner.examine(new Work(engine, ledger));
    }
  }

  @Test
  void anIndexThatCantBeReadKeepsTheCheckpointWaiting() throws Exception {
    GatedStorage failing = new GatedStorage(storage);
    try (Engine engine = TestLogs.open(failing)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      work.send("orders", "first");
      engine.reclaimNow();
      work.send("orders", "second");
      failing.failReadsOf(STORE, ".index", true);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(engine::reclaimNow)
            .isInstanceOf(ReadFailedException.class)
            .hasMessageContainingAll(".index", "Input/output error", "check the disk");
        work.send("orders", "more");
      }
      failing.failReadsOf("nobody", false);
      engine.reclaimNow();
      Examiner.examine(work);
    }
    try (Engine engine = TestLogs.open(TestLogs.again(storage))) {
      Examiner.examine(new Work(engine, ledger));
    }
  }

  private static Engine open(Storage in, Clock clock) throws IOException {
    return EngineProvider.open(
        TestLogs.config(Path.of("memory")).build(), in, DeflateCompressor.all(), clock);
  }

  /** The last page of a partition's index is damaged: no checkpoint, and all the rest goes on. */
  @Test
  void retentionGoesOnBesideADamagedIndex() throws Exception {
    Ticking clock = new Ticking();
    try (Engine engine = open(storage, clock)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      work.createTopic("others", 1);
      work.send("orders", "first");
    }
    PowerCutStorage next = TestLogs.again(storage);
    String index =
        next.names().stream().filter(n -> n.endsWith(".index")).findFirst().orElseThrow();
    next.damage(index, 9, (byte) (next.contents(index)[9] ^ 0x10));
    Engine engine = open(next, clock);
    try {
      Work work = new Work(engine, ledger);
      engine.topics().alter(TopicConfig.of("orders").retainBytes(1));
      engine.topics().alter(TopicConfig.of("others").retainBytes(400));
      for (int i = 0; i < 9; i++) {
        work.send("orders", "more");
        work.send("others", "more");
        assertThatThrownBy(engine::reclaimNow)
            .isInstanceOf(CorruptLogException.class)
            .hasMessageContainingAll("'" + index + "'", "delete that file");
      }
      assertThat(engine.topics().find("others").orElseThrow().firstOffset(0)).isPositive();
    } finally {
      assertThatThrownBy(engine::close)
          .isInstanceOf(LogFailedException.class)
          .hasMessageContaining(index);
    }
    PowerCutStorage last = TestLogs.again(next);
    last.delete(index);
    try (Engine again = open(last, clock)) {
      again.reclaimNow();
      assertThat(again.topics().find("orders").orElseThrow().endOffset(0)).isEqualTo(10);
    }
  }

  /** A thread that ended would leave a log that grows for ever, and says nothing. */
  @Test
  void aStoreThatFailsFailsTheLog() throws Exception {
    Engine engine =
        open(
            storage,
            new Clock() {
              @Override
              public ZoneId getZone() {
                return ZoneOffset.UTC;
              }

              @Override
              public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException("always UTC");
              }

              @Override
              public Instant instant() {
                if (Thread.currentThread().getName().equals(STORE)) {
                  throw new IllegalStateException("as ordered");
                }
                return Instant.ofEpochMilli(1_000_000_000_000L);
              }
            });
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> engine.topics().find("orders"))
                    .isInstanceOf(LogFailedException.class)
                    .hasMessageContaining("as ordered"));
    TestLogs.closeFailed(engine);
  }
}
