package dev.lockstep.engine.soak;

import dev.lockstep.DiskFullException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/** Prepares transactions, and decides each a good while later. */
final class Doubter implements Worker {
  private static final int IN_DOUBT = 200;

  private final Load load;
  private final Random random;
  private final Deque<BranchId> inDoubt = new ArrayDeque<>();

  Doubter(Load load, int number) {
    this.load = load;
    this.random = load.random(number);
  }

  @Override
  public void work() {
    for (long i = 0; load.isRunning(); i++) {
      byte[] name = ByteBuffer.allocate(Long.BYTES).putLong(i).array();
      Branch branch = load.log().log().begin(BranchId.of(9, name, new byte[0]));
      branch.append(Load.message(Load.EVENTS, "doubt", "d".repeat(random.nextInt(2000))));
      try {
        branch.prepare(Decider.TRANSACTION_MANAGER, name);
        inDoubt.add(branch.id());
        load.count("prepared", 1);
      } catch (DiskFullException e) {
        load.count("refused, disk full", 1);
      }
      while (inDoubt.size() > IN_DOUBT) {
        decide();
      }
    }
    while (!inDoubt.isEmpty()) {
      decide();
    }
  }

  private void decide() {
    BranchId id = inDoubt.remove();
    if (random.nextInt(3) == 0) {
      load.log().log().rollback(id);
    } else {
      load.log().log().commit(id);
    }
  }
}
