package dev.lockstep.outbox;

import dev.lockstep.spi.BranchId;
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

  int table() {
    return note.table();
  }

  @Override
  public String toString() {
    return "transaction " + id + " with " + note.database();
  }
}
