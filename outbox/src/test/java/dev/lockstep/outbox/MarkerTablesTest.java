package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.outbox.dialect.Dialect.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MarkerTablesTest {
  private static final Content EMPTY = new Content(0, false);
  private static final int TAKERS = 3;
  private static final int TAKES = 300_000;

  private final AtomicInteger full = new AtomicInteger();
  private final MarkerTables tables = new MarkerTables(2, full::incrementAndGet);

  @BeforeEach
  void find() {
    tables.found(List.of(EMPTY, EMPTY, EMPTY));
  }

  @Test
  void stayWhereTheyAreUntilOneIsFull() {
    assertThat(tables.take()).isZero();
    tables.advance();
    assertThat(full).hasValue(0);
    assertThat(tables.take()).isZero();
    assertThat(full).hasValue(1);
    tables.advance();
    assertThat(tables.take()).isEqualTo(1);
  }

  private void fill() {
    tables.take();
    tables.take();
    tables.advance();
  }

  @Test
  void aTableIsUnusedWhenAllThatNameItAreDecided() {
    fill();
    assertThat(tables.isUnused(0)).isFalse();
    tables.giveBack(0);
    assertThat(tables.isUnused(0)).isFalse();
    tables.giveBack(0);
    assertThat(tables.isUnused(0)).isTrue();
    assertThat(tables.isUnused(1)).as("it is the current one").isFalse();
    assertThat(tables.isUnused(2)).as("it is empty").isFalse();
  }

  @Test
  void whatAnEarlierLifeHasLeftHoldsItsTable() {
    MarkerTables later = new MarkerTables(2, () -> {});
    later.hold(2);
    later.found(List.of(new Content(5, false), EMPTY, new Content(3, false)));
    assertThat(later.take()).isEqualTo(1);
    assertThat(later.isUnused(0)).isTrue();
    assertThat(later.isUnused(2)).isFalse();
    later.giveBack(2);
    assertThat(later.isUnused(2)).isTrue();
  }

  @Test
  void goOnWithAFullTableIfNoneIsEmpty() {
    fill();
    fill();
    fill();
    assertThat(tables.take()).isEqualTo(2);
    assertThat(tables.wantUpkeep()).isTrue();
    tables.take();
    assertThat(tables.overfull()).isEqualTo(2);
    tables.truncated(0);
    tables.advance();
    assertThat(tables.take()).isZero();
    assertThat(tables.overfull()).isZero();
  }

  @Test
  void aTombstoneWaitsForTheTransactionsThatWereInProgress() {
    assertThat(tables.isBehindItsTombstones(0, 0)).isTrue();
    tables.tombstone(0);
    assertThat(tables.isBehindItsTombstones(0, 1_000)).as("nobody knows which").isFalse();
    tables.horizon(100);
    assertThat(tables.isBehindItsTombstones(0, 99)).isFalse();
    assertThat(tables.isBehindItsTombstones(0, 100)).isTrue();
    tables.horizon(200); // there is no new one
    assertThat(tables.isBehindItsTombstones(0, 100)).isTrue();
    tables.tombstone(0);
    tables.horizon(300);
    assertThat(tables.isBehindItsTombstones(0, 299)).isFalse();
    tables.truncated(0);
    assertThat(tables.isBehindItsTombstones(0, 0)).isTrue();
  }

  @Test
  void tombstonesOfAnEarlierLifeAreWaitedFor() {
    MarkerTables later = new MarkerTables(2, () -> {});
    later.found(List.of(EMPTY, new Content(1, true), EMPTY));
    later.horizon(50);
    assertThat(later.isBehindItsTombstones(1, 49)).isFalse();
    assertThat(later.isBehindItsTombstones(0, 0)).isTrue();
  }

  /**
   * Between its look at the current table and its use of that, a transaction may be overtaken by a
   * rotation, which has seen nobody use it and has emptied it.
   */
  @Test
  void nobodyIsGivenATableThatIsBeingEmptied() throws Exception {
    MarkerTables rotating = new MarkerTables(1, () -> {});
    rotating.found(List.of(EMPTY, EMPTY, EMPTY));
    AtomicIntegerArray emptied = new AtomicIntegerArray(new int[] {0, 1, 1});
    AtomicInteger running = new AtomicInteger(TAKERS);
    ExecutorService threads = Executors.newFixedThreadPool(TAKERS);
    try {
      List<Future<Integer>> takers = new ArrayList<>();
      for (int taker = 0; taker < TAKERS; taker++) {
        takers.add(threads.submit(() -> take(rotating, emptied, running)));
      }
      int current = 0;
      while (running.get() > 0) {
        current = rotate(rotating, emptied, current);
      }
      for (Future<Integer> taker : takers) {
        assertThat(taker.get()).as("tables that were emptied when they were given").isZero();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static int take(MarkerTables from, AtomicIntegerArray emptied, AtomicInteger running) {
    int wrong = 0;
    for (int i = 0; i < TAKES; i++) {
      int table = from.take();
      wrong += emptied.get(table);
      from.giveBack(table);
    }
    running.decrementAndGet();
    return wrong;
  }

  /** What the check-back thread does. Returns which table is the current one then. */
  private static int rotate(MarkerTables tables, AtomicIntegerArray emptied, int current) {
    for (int table = 0; table < MarkerTables.COUNT; table++) {
      if (tables.isUnused(table)) {
        emptied.set(table, 1);
        tables.truncated(table);
      }
    }
    for (int step = 1; step < MarkerTables.COUNT; step++) {
      int next = (current + step) % MarkerTables.COUNT;
      if (emptied.get(next) == 1) {
        emptied.set(next, 0); // before anybody can be given it
        if (tables.advance()) {
          return next;
        }
        emptied.set(next, 1);
        return current;
      }
    }
    return current;
  }
}
