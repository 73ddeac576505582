package dev.lockstep.system;

import dev.lockstep.xa.narayana.TransactionStore;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;

/**
 * With decision records in files. In an ordinary build every second cell, so that each moment and
 * each victim is among them; with {@code -Dlockstep.cells=all} all of them.
 */
class KillMatrixFilesIT extends KillMatrixIT {
  private static final boolean ALL = System.getProperty("lockstep.cells", "").equals("all");

  KillMatrixFilesIT() {
    super(TransactionStore.FILES);
  }

  @Override
  boolean isTested(Moment moment, Victim victim) {
    int row = List.of(Moment.values()).indexOf(moment);
    int column = List.of(Victim.values()).indexOf(victim);
    return ALL || (row + column) % 2 == 0;
  }

  @BeforeAll
  void say() {
    System.out.println("KillMatrixFilesIT: " + cells().count() + " cells of 40");
  }
}
