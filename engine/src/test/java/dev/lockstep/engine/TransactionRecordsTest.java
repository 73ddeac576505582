package dev.lockstep.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.ClosedException;
import dev.lockstep.DiskFullException;
import dev.lockstep.Durability;
import dev.lockstep.LogFailedException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.TooLargeException;
import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.DumpQuery;
import dev.lockstep.engine.inspect.FrameView;
import dev.lockstep.engine.inspect.Progress;
import dev.lockstep.engine.io.DirectoryStorage;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.TransactionRecords;
import dev.lockstep.spi.TransactionalLog.Capability;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The records of a transaction manager: kept through kills, checkpoints and a full disk. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class TransactionRecordsTest {
  private static final String TYPE = "decision";

  private PowerCutStorage storage = new PowerCutStorage(17);

  private static TransactionRecords records(Engine engine) {
    return engine.log().records().orElseThrow();
  }

  private static byte[] id(String name) {
    return name.getBytes(UTF_8);
  }

  private static void write(Engine engine, String name, String value) {
    records(engine).write(TYPE, id(name), value.getBytes(UTF_8));
  }

  private static Optional<String> read(Engine engine, String name) {
    return records(engine).read(TYPE, id(name)).map(value -> new String(value, UTF_8));
  }

  private static List<String> names(Engine engine) {
    return records(engine).keys(TYPE).stream().map(id -> new String(id, UTF_8)).sorted().toList();
  }

  private Engine openAfter(Loss loss) throws IOException {
    storage = storage.afterCut(loss);
    return TestLogs.open(storage);
  }

  @Test
  void theNewestOfAKeyWins() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      assertThat(engine.log().capabilities()).contains(Capability.TRANSACTION_RECORDS);
      assertThat(names(engine)).isEmpty();
      assertThat(read(engine, "a")).isEmpty();
      records(engine).remove(TYPE, id("a"));
      write(engine, "a", "1");
      write(engine, "b", "2");
      records(engine).write("other", id("a"), id("x"));
      write(engine, "a", "3");
      assertThat(read(engine, "a")).contains("3");
      assertThat(names(engine)).containsExactly("a", "b");
      assertThat(records(engine).types()).containsExactlyInAnyOrder(TYPE, "other");
      records(engine).remove(TYPE, id("a"));
      assertThat(read(engine, "a")).isEmpty();
      assertThat(names(engine)).containsExactly("b");
      write(engine, "a", "4");
      assertThat(read(engine, "a")).contains("4");
    }
  }

  @Test
  void whatIsHandedOverIsCopied() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      byte[] id = id("a");
      byte[] value = id("1");
      records(engine).write(TYPE, id, value);
      id[0] = 'x';
      value[0] = 'x';
      records(engine).read(TYPE, id("a")).orElseThrow()[0] = 'y';
      records(engine).keys(TYPE).get(0)[0] = 'y';
      assertThat(read(engine, "a")).contains("1");
      assertThat(names(engine)).containsExactly("a");
    }
  }

  @Test
  void theyOutliveAPowerCutWithAndWithoutACheckpoint() throws IOException {
    for (boolean checkpoint : new boolean[] {false, true}) {
      storage = new PowerCutStorage(18);
      try (Engine engine = TestLogs.open(storage)) {
        write(engine, "a", "1");
        write(engine, "b", "2");
        write(engine, "a", "3");
        records(engine).remove(TYPE, id("b"));
        if (checkpoint) {
          engine.reclaimNow();
        }
        write(engine, "c", "4");
        storage = storage.afterCut(Loss.DROP);
        TestLogs.closeFailed(engine);
      }
      for (int life = 0; life < 2; life++) {
        try (Engine engine = openAfter(Loss.KEEP)) {
          assertThat(names(engine)).containsExactly("a", "c");
          assertThat(read(engine, "a")).contains("3");
          assertThat(read(engine, "c")).contains("4");
        }
      }
      try (Engine engine = openAfter(Loss.DROP)) {
        assertThat(names(engine)).containsExactly("a", "c");
      }
    }
  }

  @Test
  void aRemovalIsDurableAfterAnOrderlyClose() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      write(engine, "a", "1");
      records(engine).remove(TYPE, id("a"));
    }
    try (Engine engine = openAfter(Loss.DROP)) {
      assertThat(names(engine)).isEmpty();
    }
  }

  /** Their frames' segments are released: the checkpoint has their content. */
  @Test
  void theyNeedNoSegment() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, new Ledger());
      write(engine, "a", "x".repeat(10_000));
      work.createTopic("orders", 1);
      for (int i = 0; i < 40; i++) {
        Work.Transaction transaction = work.begin();
        transaction.send("orders", "key", 20_000);
        transaction.prepare();
        transaction.rollback();
      }
      engine.reclaimNow();
      assertThat(storage.names()).doesNotContain("0000000000000000.segment");
    }
    try (Engine engine = openAfter(Loss.DROP)) {
      assertThat(read(engine, "a")).contains("x".repeat(10_000));
    }
  }

  @Test
  void tooLargeOnesAreRefusedAsAWhole() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      TransactionRecords records = records(engine);
      assertThatThrownBy(
              () -> records.write(TYPE, id("a"), new byte[TransactionRecords.MAX_VALUE_BYTES + 1]))
          .isInstanceOf(TooLargeException.class)
          .hasMessageContaining("Let fewer resources take part");
      assertThatThrownBy(() -> records.write(TYPE, id("a"), new byte[TestLogs.SEGMENT]))
          .isInstanceOf(TooLargeException.class)
          .hasMessageContaining("lockstep.segment-size");
      assertThatThrownBy(() -> records.write(TYPE, new byte[1100], new byte[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1024 bytes");
      assertThatThrownBy(() -> records.write("", new byte[1], new byte[1]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(names(engine)).isEmpty();
    }
  }

  /** One that takes the place of another needs no more room than the difference. */
  @Test
  void allOfThemHaveALimit(@TempDir Path directory) throws IOException {
    Engine engine =
        TestLogs.open(
            DirectoryStorage.open(directory),
            TestLogs.config(directory).segmentSize(16 << 20).build());
    TransactionRecords records = records(engine);
    byte[] large = new byte[TransactionRecords.MAX_VALUE_BYTES];
    for (int i = 0; i < 63; i++) {
      records.write(TYPE, id("record" + i), large);
    }
    assertThatThrownBy(() -> records.write(TYPE, id("one more"), large))
        .isInstanceOf(TooLargeException.class)
        .hasMessageContaining("at most " + TransactionRecords.MAX_TOTAL_BYTES);
    records.write(TYPE, id("record7"), large);
    records.remove(TYPE, id("record7"));
    assertThat(engine.transactions().inDoubt()).isEmpty(); // waits for what was deferred
    records.write(TYPE, id("one more"), large);
    assertThat(names(engine)).hasSize(63).contains("one more");
    engine.close();
  }

  @Test
  void onAFullDiskNewOnesAreRefusedAndAllCanBeRemoved() throws Exception {
    int count = 50;
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, new Ledger());
      work.createTopic("orders", 2);
      for (int i = 0; i < count; i++) {
        write(engine, "record" + i, "value");
      }
      FullDiskTest.fill(storage, 1000);
      FullDiskTest.sendUntilFull(work);
      assertThatThrownBy(() -> write(engine, "one more", "x".repeat(20_000)))
          .isInstanceOf(DiskFullException.class);
    }
    try (Engine engine = openAfter(Loss.KEEP)) {
      FullDiskTest.sendUntilFull(new Work(engine, new Ledger()));
      assertThat(names(engine)).hasSize(count).doesNotContain("one more");
      for (int i = 0; i < count; i++) {
        records(engine).remove(TYPE, id("record" + i));
      }
      assertThat(names(engine)).isEmpty();
    }
    try (Engine engine = openAfter(Loss.DROP)) {
      assertThat(names(engine)).isEmpty();
    }
  }

  @Test
  void afterAFailureNothingIsClaimed() throws IOException {
    Engine engine = TestLogs.open(storage);
    write(engine, "a", "1");
    storage.failForce(1);
    assertThatThrownBy(() -> write(engine, "b", "2")).isInstanceOf(OutcomeUnknownException.class);
    List<Runnable> calls = new ArrayList<>();
    calls.add(() -> write(engine, "c", "3"));
    calls.add(() -> records(engine).remove(TYPE, id("a")));
    calls.add(() -> read(engine, "a"));
    calls.add(() -> names(engine));
    calls.add(() -> records(engine).types());
    for (Runnable call : calls) {
      assertThatThrownBy(call::run).isInstanceOf(LogFailedException.class);
    }
    TestLogs.closeFailed(engine);
  }

  @Test
  void afterTheCloseEveryCallIsRefused() throws IOException {
    Engine engine = TestLogs.open(storage);
    TransactionRecords records = records(engine);
    engine.close();
    assertThatThrownBy(() -> records.write(TYPE, id("c"), id("3")))
        .isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> records.remove(TYPE, id("a"))).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> records.keys(TYPE)).isInstanceOf(ClosedException.class);
  }

  @Test
  void aLogThatDoesNotForceHasNone() throws IOException {
    for (Durability weaker : List.of(Durability.OS, Durability.INTERVAL)) {
      try (Engine engine =
          TestLogs.open(
              new PowerCutStorage(1),
              TestLogs.config(Path.of("memory"))
                  .durability(weaker)
                  .forceInterval(Duration.ofMillis(1))
                  .build())) {
        assertThat(engine.log().records()).isEmpty();
        assertThat(engine.log().capabilities()).doesNotContain(Capability.TRANSACTION_RECORDS);
      }
    }
  }

  @Test
  void theToolsKnowTheirFrames() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      write(engine, "a", "one");
      write(engine, "b", "two");
      records(engine).remove(TYPE, id("a"));
    }
    storage = TestLogs.again(storage);
    List<FrameView> frames = new ArrayList<>();
    ClosedDirectory directory = ClosedDirectory.of(storage);
    directory.dump(DumpQuery.ALL, frames::add, finding -> {});
    assertThat(frames.stream().map(FrameView::type).filter(type -> type.startsWith("record")))
        .containsExactly("record", "record", "record-removed");
    FrameView first =
        frames.stream().filter(view -> view.type().equals("record")).findFirst().orElseThrow();
    assertThat(first.fields()).containsEntry("type", TYPE).containsEntry("id", id("a"));
    assertThat(first.fields()).containsEntry("value", id("one"));
    assertThat(directory.verify(Progress.NONE).isSound()).isTrue();
    assertThat(directory.overview().transactionRecords()).containsExactly(Map.entry(TYPE, 1L));
  }
}
