package dev.lockstep.system;

import dev.lockstep.xa.narayana.TransactionStore;

/** With decision records in the log, and forces elided. */
class KillMatrixCoLocatedIT extends KillMatrixIT {
  KillMatrixCoLocatedIT() {
    super(TransactionStore.CO_LOCATED);
  }
}
