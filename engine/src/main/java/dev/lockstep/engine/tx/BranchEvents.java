package dev.lockstep.engine.tx;

import dev.lockstep.CommitPath;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;

/** Who is told what becomes of branches, on the threads that complete them. Must not throw. */
public interface BranchEvents {
  /** A commit is durable and visible; it took so long. */
  void committed(CommitPath path, int messages, long nanos);

  /** A branch is rolled back, durably where it was prepared. */
  void rolledBack(BranchId id);

  /** A branch is prepared, or was found so. */
  void undecided(BranchId id, Decider decider);
}
