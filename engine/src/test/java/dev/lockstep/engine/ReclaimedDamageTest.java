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
      for (int i = 0; i < 9; i++) {
        Work.Transaction dead = work.begin();
        dead.send("orders", "dead" + i, 14_000);
        dead.prepare();
        dead.rollback();
      }
      Work.Transaction doubt = work.begin();
      doubt.send("orders", "doubt", 300);
      doubt.prepare();
      engine.reclaimNow();
      engine.reclaimNow();
      work.send("orders", "last");
    }
    storage = TestLogs.again(storage);
    assertThat(segments().get(0)).isNotEqualTo("0000000000000000.segment");
  }

  private List<String> segments() throws IOException {
    return storage.names().stream().filter(name -> name.endsWith(".segment")).toList();
  }

  private String index() throws IOException {
    return storage.names().stream().filter(n -> n.endsWith(".index")).findFirst().orElseThrow();
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
