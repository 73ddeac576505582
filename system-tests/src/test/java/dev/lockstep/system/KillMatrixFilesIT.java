package dev.lockstep.system;

import dev.lockstep.xa.narayana.TransactionStore;

/** With decision records in files. */
class KillMatrixFilesIT extends KillMatrixIT {
  KillMatrixFilesIT() {
    super(TransactionStore.FILES);
  }
}
