package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.Finding;
import dev.lockstep.engine.inspect.Finding.Kind;
import dev.lockstep.engine.inspect.Overview;
import dev.lockstep.engine.inspect.Progress;
import dev.lockstep.engine.inspect.Verification;
import dev.lockstep.engine.io.PowerCutStorage;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Verifies a log that has moved messages and given room back. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class VerifyReclaimedTest {
  private PowerCutStorage storage = new PowerCutStorage(5);

  @BeforeEach
  void write() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, new Ledger());
      work.createTopic("orders", 2);
      work.send("orders", "first");
      engine.reclaimNow();
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

  private Verification verify() throws IOException {
    return ClosedDirectory.of(storage).verify(Progress.NONE);
  }

  private Overview overview() throws IOException {
    return ClosedDirectory.of(storage).overview();
  }

  @Test
  void aSoundLogIsSoundAlsoWhereMessagesHaveMoved() throws IOException {
    Verification verification = verify();
    assertThat(verification.findings()).isEmpty();
    assertThat(verification.checked().messages()).isEqualTo(2);
    assertThat(verification.checked().inDoubt()).isEqualTo(1);
    assertThat(overview().refusal()).isEmpty();
    assertThat(overview().inDoubt()).hasSize(1);
  }

  @Test
  void withoutTheCheckpointItSaysThatAnOpenWouldBeRefused() throws IOException {
    storage.delete("checkpoint");
    Verification verification = verify();
    assertThat(verification.isSound()).isFalse();
    assertThat(overview().refusal()).isPresent();
  }

  @Test
  void eachSegmentThatCountsIsMissed() throws IOException {
    PowerCutStorage origin = storage;
    long end = overview().end();
    for (Overview.SegmentSummary segment : overview().segments()) {
      storage = TestLogs.again(origin);
      if (!segment.use().equals("FREE") && segment.from() < end) { // behind it: an empty spare
        storage.delete(segment.name());
        assertThat(verify().findings())
            .as(segment.name())
            .filteredOn(finding -> finding.kind() == Kind.SEGMENT_MISSING)
            .extracting(finding -> finding.file().orElseThrow())
            .containsExactly(segment.name());
      }
    }
  }

  @Test
  void aMissingIndexIsNamed() throws IOException {
    String index =
        storage.names().stream().filter(name -> name.endsWith(".index")).findFirst().orElseThrow();
    storage.delete(index);
    assertThat(verify().findings())
        .filteredOn(finding -> finding.kind() == Kind.INDEX)
        .extracting(finding -> finding.file().orElseThrow())
        .containsExactly(index);
  }

  /** Nothing in it counts, whatever it says. */
  @Test
  void aFreeSegmentIsNotChecked() throws IOException {
    for (Overview.SegmentSummary segment : overview().segments()) {
      if (segment.use().equals("FREE")) {
        storage.damage(segment.name(), 0, new byte[64]);
      }
    }
    assertThat(verify().findings()).extracting(Finding::kind).isEmpty();
  }
}
