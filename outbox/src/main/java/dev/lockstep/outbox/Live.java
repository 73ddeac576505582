package dev.lockstep.outbox;

import dev.lockstep.HeuristicOutcomeException;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.TransactionalLog;
import java.lang.System.Logger.Level;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The half messages of this process that are between their half frame and their decision, and the
 * decisions. Thread-safe.
 */
final class Live {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private final TransactionalLog log;
  private final MarkerTables tables;
  private final Set<BranchId> committing = ConcurrentHashMap.newKeySet();

  Live(TransactionalLog log, MarkerTables tables) {
    this.log = log;
    this.tables = tables;
  }

  /** A transaction begins its commit: nobody else may ask for its outcome. */
  void enter(BranchId id) {
    committing.add(id);
  }

  /** Somebody else asks for it now, or nobody has to. */
  void leave(BranchId id) {
    committing.remove(id);
  }

  boolean isCommitting(BranchId id) {
    return committing.contains(id);
  }

  /**
   * Decides a half message as its database has. Once only, since it gives the table back.
   *
   * @throws dev.lockstep.LockstepException if the log can't any more: its next life will
   */
  void decide(Half half, Outcome outcome) {
    try {
      switch (outcome) {
        // If a crash loses it, the marker is still there: its table is truncated behind a force.
        case COMMITTED -> log.commit(half.id(), Forcing.DEFERRED);
        case ROLLED_BACK -> log.rollback(half.id());
      }
    } catch (NoSuchElementException e) {
      // Somebody has decided it by hand, as it was proven.
      LOGGER.log(Level.DEBUG, "{0} is decided already", half);
    } catch (HeuristicOutcomeException e) {
      byHand(half, outcome, e);
    }
    leave(half.id());
    tables.giveBack(half.table());
  }

  private void byHand(Half half, Outcome outcome, HeuristicOutcomeException e) {
    if (e.outcome() == outcome) {
      log.forget(half.id());
    } else {
      LOGGER.log(
          Level.ERROR,
          "LSTP-0929: "
              + half
              + " was decided by hand, and otherwise than by its database, where it is "
              + outcome
              + ": its rows and its messages do not go together. Repair what follows from that,"
              + " and then call Lockstep.transactions().forget(..)");
    }
  }
}
