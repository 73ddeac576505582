package dev.lockstep.xa;

import dev.lockstep.spi.Branch;
import dev.lockstep.spi.TransactionalLog;

/** How a container that enlists resources itself is made to do so. */
@FunctionalInterface
public interface Enlistment {
  /**
   * Has the container enlist a {@link JtaBinding#resource resource} of the log in the thread's
   * transaction.
   *
   * @param log the log
   * @return the branch that the resource is associated with
   * @throws dev.lockstep.TransactionRolledBackException if the container refuses
   */
  Branch enlist(TransactionalLog log);
}
