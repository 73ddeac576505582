package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damages a closed log that has given room back: what is derived can't be derived again, so that
 * more of the damage is final. It is refused by name, and nothing is changed.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class ReclaimedDamageTest {
  private static final String CHECKPOINT = "checkpoint";

  private final Ledger ledger = new Ledger();
  private PowerCutStorage storage = new PowerCutStorage(5);
  private byte[] olderCheckpoint = new byte[0];

  @BeforeEach
  void write() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 2);
      work.send("orders", "first");
      engine.reclaimNow();
      olderCheckpoint = storage.contents(CHECKPOINT);
      prepareAndRollBack(work);
      Work.Transaction doubt = work.begin();
      doubt.send("orders", "doubt", 300);
      doubt.prepare();
      do { // as often as it takes: the store's thread has a say in what is copied, and when
        prepareAndRollBack(work);
        engine.reclaimNow();
      } while (storage.names().contains("0000000000000000.segment"));
      work.send("orders", "last");
    }
    storage = TestLogs.again(storage);
  }

  private static void prepareAndRollBack(Work work) {
    for (int i = 0; i < 9; i++) {
      Work.Transaction dead = work.begin();
      dead.send("orders", "dead" + i, 14_000);
      dead.prepare();
      dead.rollback();
    }
  }

  private List<String> segments() throws IOException {
    return storage.names().stream().filter(name -> name.endsWith(".segment")).toList();
  }

  private String index() throws IOException {
    return indexes().get(0);
  }

  private List<String> indexes() throws IOException {
    return storage.names().stream().filter(name -> name.endsWith(".index")).toList();
  }

  private static Map<String, byte[]> contents(PowerCutStorage storage) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    for (String name : storage.names()) {
      contents.put(name, storage.contents(name));
    }
    return contents;
  }

  private void assertRefused(String... message) throws IOException {
    Map<String, byte[]> before = contents(storage);
    assertThatThrownBy(() -> TestLogs.open(storage))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContainingAll(message);
    storage = TestLogs.again(storage);
    Map<String, byte[]> after = contents(storage);
    assertThat(after.keySet()).isEqualTo(before.keySet());
    after.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(before.get(name)));
  }

  private void assertWhole() throws IOException {
    for (int i = 0; i < 2; i++) {
      try (Engine engine = TestLogs.open(storage)) {
        Examiner.examine(new Work(engine, ledger));
      }
      storage = TestLogs.again(storage);
    }
  }

  private void flip(String name, int offset) {
    storage.damage(name, offset, (byte) (storage.contents(name)[offset] ^ 0x90));
  }

  private void put(String name, byte[] bytes) throws IOException {
    try (StorageFile file = storage.create(name)) {
      file.write(0, ByteBuffer.wrap(bytes));
      file.force();
    }
    storage.forceDirectory();
  }

  @Test
  void withoutDamageAllIsThere() throws IOException {
    assertWhole();
  }

  @Test
  void aCheckpointThatIsGoneIsRefused() throws IOException {
    byte[] checkpoint = storage.contents(CHECKPOINT);
    storage.delete(CHECKPOINT);
    storage.forceDirectory();
    assertRefused("'" + CHECKPOINT + "'");
    put(CHECKPOINT, checkpoint);
    assertWhole();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 12, 16, 32, 40, 56, 80})
  void aDamagedCheckpointIsRefused(int offset) throws IOException {
    flip(CHECKPOINT, offset);
    assertRefused("'" + CHECKPOINT + "'");
    flip(CHECKPOINT, offset);
    assertWhole();
  }

  /** It counts on index files and segments that were given free since. */
  @Test
  void anOlderCheckpointIsRefused() throws IOException {
    put(CHECKPOINT, olderCheckpoint);
    assertRefused(".index' in memory is missing", "were given back");
  }

  @Test
  void anIndexFileThatIsGoneOrShortIsRefused() throws IOException {
    String index = index();
    byte[] bytes = storage.contents(index);
    storage.delete(index);
    storage.forceDirectory();
    assertRefused("'" + index + "'");
    put(index, Arrays.copyOf(bytes, 16));
    assertRefused("'" + index + "'");
    put(index, bytes);
    assertWhole();
  }

  /**
   * The other partition is read to its end; the file must stay, since its room was given back of
   * which it could be made again.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 8, 12, 16, 22, 24, 28, 31})
  void aDamagedIndexEntryIsNamedAndNotRebuilt(int offset) throws IOException {
    String index = indexes().get(offset % indexes().size());
    byte[] sound = storage.contents(index);
    int damaged = Integer.parseInt(index.substring(9, 13), 16);
    flip(index, offset);
    try (Engine engine = TestLogs.open(storage)) {
      for (int partition = 0; partition < 2; partition++) {
        PartitionRead read = PartitionRead.of(engine, "orders", partition, 0);
        if (partition == damaged) {
          assertThat(read.deliveries()).isEmpty();
          assertThat(read.refusal().orElseThrow())
              .contains("file '" + index + "' in memory is damaged at byte 0");
        } else {
          assertThat(read.deliveries())
              .hasSize((int) engine.topics().find("orders").orElseThrow().endOffset(partition));
          assertThat(read.refusal()).isEmpty();
        }
      }
    }
    storage = TestLogs.again(storage);
    storage.delete(index);
    storage.forceDirectory();
    assertRefused("'" + index + "'", "were given back");
    put(index, sound);
    ledger.group(PartitionRead.by("orders"), TestLogs.groupFromStart(2));
    assertWhole();
  }

  @Test
  void aSegmentThatHoldsSomethingIsMissedByName() throws IOException {
    for (String segment : segments().subList(0, segments().size() - 1)) {
      byte[] bytes = storage.contents(segment);
      storage.delete(segment);
      storage.forceDirectory();
      assertRefused("'" + segment + "'");
      put(segment, Arrays.copyOf(bytes, 5000));
      assertRefused("'" + segment + "'");
      put(segment, bytes);
    }
    assertWhole();
  }

  /** As a crash leaves it that comes between a checkpoint and the deletion. */
  @Test
  void aSegmentThatNothingCountsOnMayHoldAnything() throws IOException {
    put("0000000000000000.segment", storage.contents(segments().get(0)));
    assertWhole();
  }
}
