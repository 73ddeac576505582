package dev.lockstep.engine.client;

import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.spi.Branch;
import java.util.List;

/**
 * The part that a consumer has in one transaction.
 *
 * @param branch the transaction's branch
 * @param taken what the consumer took and acknowledged in it
 */
record Participation(Branch branch, Taken taken) {

  boolean isOf(Branch other) {
    return branch.id().equals(other.id());
  }

  /** Whether the positions are ahead by what was taken, with nothing else to hold them back. */
  boolean isUndecided() {
    return switch (branch.state()) {
      case ACTIVE, ROLLBACK_ONLY -> true;
      case PREPARED, COMMITTED, ROLLED_BACK, HEURISTIC_COMMIT, HEURISTIC_ROLLBACK -> false;
    };
  }

  /**
   * Adds what a later poll took.
   *
   * @param what topic and group, for the message
   * @throws TransactionRolledBackException if it took again what was taken already, which one
   *     transaction must not work on twice
   */
  void add(Taken later, String what) {
    List<Integer> again = taken.takenAgainBy(later);
    if (!again.isEmpty()) {
      throw new TransactionRolledBackException(
          "transaction "
              + branch.id()
              + " took messages of "
              + what
              + " twice, in partitions "
              + again
              + ": they were assigned anew in between. Roll it back and begin anew");
    }
    taken.add(later);
  }
}
