package dev.lockstep.outbox;

import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.util.Optional;
import java.util.UUID;

/**
 * A half message: a branch whose half frame is in the log, and whose fate a database decides.
 *
 * @param id the branch
 * @param note where to ask for its fate
 */
record Half(BranchId id, HalfNote note) {
  UUID marker() {
    return HalfIds.marker(id);
  }

  /** A branch that a database decides, and has not yet; empty if it is none, or decided. */
  static Optional<Undecided> find(TransactionalLog log, BranchId id) {
    return log.undecided(Decider.DATABASE).stream()
        .filter(undecided -> undecided.id().equals(id))
        .findFirst();
  }

  /**
   * What is said of who decides a branch; empty if it is no half message, or of a newer version.
   */
  static Optional<String> waitsFor(Undecided branch) {
    return HalfIds.isHalf(branch.id())
        ? HalfNote.decode(branch.note())
            .map(note -> "the transaction of database " + note.database())
        : Optional.empty();
  }

  int table() {
    return note.table();
  }

  @Override
  public String toString() {
    return "transaction " + id + " with " + note.database();
  }
}
