package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A full disk may be opened as often as one likes, and each life decides what is prepared. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class FullDiskLivesTest {
  private static final int LIVES = 40;

  private final PowerCutStorage storage = new PowerCutStorage(99);
  private final Ledger ledger = new Ledger();

  /** A log whose disk has no room for more work, with so many prepared branches. */
  private List<Work.Transaction> fullLog(int prepared, int room) throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 2);
      List<Work.Transaction> transactions = FullDiskTest.prepare(work, prepared);
      FullDiskTest.fill(storage, room);
      FullDiskTest.sendUntilFull(work);
      return transactions;
    }
  }

  private void examine(PowerCutStorage last) throws Exception {
    last.limitBytes(FullDiskTest.NO_LIMIT);
    try (Engine engine = TestLogs.open(last)) {
      Examiner.examine(new Work(engine, ledger));
    }
  }

  /** Every other life is killed as soon as it has decided, and some lose their power. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1000, 40_000})
  void eachLifeDecides(int room) throws Exception {
    List<Work.Transaction> prepared = fullLog(LIVES, room);
    decideOneByOne(prepared, TestLogs.again(storage));
  }

  /**
   * With a single spare, the open lives from what it shortens and what a checkpoint released. A
   * life that is killed before its checkpoint leaves a shortened segment, of 4,200 bytes here;
   * there is room for three of them beside a whole one.
   */
  @ParameterizedTest
  @ValueSource(ints = {80_000, 90_000, 100_000})
  void oneSpareIsEnough(int room) throws Exception {
    List<Work.Transaction> prepared = fullLog(LIVES, 1000);
    PowerCutStorage next = TestLogs.again(storage);
    List<String> spares = FullDiskTest.unusedSegments(next);
    for (String spare : spares.subList(1, spares.size())) {
      next.delete(spare);
    }
    next.forceDirectory();
    next.limitBytes(next.bytes() + room);
    decideOneByOne(prepared, next);
  }

  private void decideOneByOne(List<Work.Transaction> prepared, PowerCutStorage first)
      throws Exception {
    PowerCutStorage next = first;
    for (int life = 0; life < LIVES; life++) {
      Engine engine = TestLogs.open(next);
      Work work = new Work(engine, ledger);
      assertThat(FullDiskTest.sendUntilFull(work)).isZero();
      work.recovered(prepared.get(life).entry()).commit();
      if (life % 2 == 0) {
        engine.close();
      }
      PowerCutStorage left = next.afterCut(life % 3 == 0 ? Loss.KEEP : Loss.DROP);
      TestLogs.closeFailed(engine);
      next = left;
    }
    examine(next);
  }

  /** The power is cut at each operation of an open, and then at one of the next. */
  @Test
  void anOpenOnAFullDiskMayBeCutAnywhere() throws Exception {
    List<Work.Transaction> prepared = fullLog(1, 1000);
    Random random = new Random(7);
    PowerCutStorage next = TestLogs.again(storage);
    boolean opened = false;
    for (int operation = 1; !opened; operation++) {
      PowerCutStorage once = TestLogs.again(next);
      opened = isOpenedBeforeCut(once, operation);
      for (Loss loss : Loss.values()) {
        PowerCutStorage twice = once.afterCut(loss);
        isOpenedBeforeCut(twice, 1 + random.nextInt(operation));
        try (Engine engine = TestLogs.open(twice.afterCut(loss))) {
          engine.log().find(prepared.get(0).entry().id()).orElseThrow().rollback();
        }
      }
    }
    examine(TestLogs.again(next));
  }

  private static boolean isOpenedBeforeCut(PowerCutStorage storage, int operation) {
    storage.cutAfter(operation);
    try {
      TestLogs.closeFailed(TestLogs.open(storage));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
