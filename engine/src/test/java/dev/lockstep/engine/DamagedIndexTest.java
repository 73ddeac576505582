package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.TopicConfig;
import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.Finding;
import dev.lockstep.engine.inspect.Progress;
import dev.lockstep.engine.io.PowerCutStorage;
import java.io.IOException;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Damages a page in the middle of an index: the messages of all others are found. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class DamagedIndexTest {
  private static final String INDEX = "00000001-0000-0000000000000000-00000001.index";
  private static final int PAGE = 4096;
  private static final int ENTRIES = 127;
  private static final int MESSAGES = 300;

  private PowerCutStorage storage = new PowerCutStorage(5);

  @Test
  void aDamagedPageStopsItsReadersExactlyThere() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, new Ledger());
      work.createTopic(TopicConfig.of("orders"));
      for (int i = 0; i < MESSAGES / 10; i++) {
        Work.Transaction transaction = work.begin();
        for (int j = 0; j < 10; j++) {
          transaction.send("orders", "key" + j, 50);
        }
        transaction.commitOnePhase();
      }
    }
    storage = TestLogs.again(storage);
    byte[] index = storage.contents(INDEX);
    storage.damage(INDEX, PAGE + 5, (byte) (index[PAGE + 5] ^ 0x90));
    Finding finding =
        ClosedDirectory.of(TestLogs.again(storage)).verify(Progress.NONE).findings().get(0);
    assertThat(finding.kind()).isEqualTo(Finding.Kind.INDEX);
    assertThat(finding.offset()).hasValue(ENTRIES);
    storage = TestLogs.again(storage);
    try (Engine engine = TestLogs.open(storage)) {
      PartitionRead before = PartitionRead.of(engine, "orders", 0, 0);
      assertThat(before.offsets()).isEqualTo(range(0, ENTRIES));
      assertThat(before.refusal().orElseThrow())
          .contains("file '" + INDEX + "' in memory is damaged at byte " + PAGE);
      PartitionRead behind = PartitionRead.of(engine, "orders", 0, 2 * ENTRIES);
      assertThat(behind.offsets()).isEqualTo(range(2 * ENTRIES, MESSAGES));
      assertThat(behind.refusal()).isEmpty();
    }
    storage = TestLogs.again(storage);
    storage.delete(INDEX);
    try (Engine engine = TestLogs.open(storage)) {
      PartitionRead all = PartitionRead.of(engine, "orders", 0, 0);
      assertThat(all.offsets()).isEqualTo(range(0, MESSAGES));
      assertThat(all.refusal()).isEmpty();
    }
  }

  private static List<Long> range(int from, int to) {
    return LongStream.range(from, to).boxed().toList();
  }
}
