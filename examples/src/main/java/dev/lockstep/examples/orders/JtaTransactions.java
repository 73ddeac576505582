package dev.lockstep.examples.orders;

import dev.lockstep.LockstepException;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.NotSupportedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import java.sql.SQLException;

/** What {@code @Transactional} does in a container: begins, runs, commits, or rolls back. */
final class JtaTransactions {
  private final TransactionManager manager;

  JtaTransactions(TransactionManager manager) {
    this.manager = manager;
  }

  /** Work that a transaction is for. */
  @FunctionalInterface
  interface Work<R> {
    R run() throws SQLException;
  }

  <R> R run(String what, Work<R> work) throws TransactionFailedException {
    try {
      manager.begin();
      R result = runOrRollBack(work);
      manager.commit();
      return result;
    } catch (SQLException
        | LockstepException
        | NotSupportedException
        | SystemException
        | RollbackException
        | HeuristicMixedException
        | HeuristicRollbackException failure) {
      throw new TransactionFailedException(what + " failed: " + failure.getMessage(), failure);
    }
  }

  private <R> R runOrRollBack(Work<R> work) throws SQLException, SystemException {
    try {
      return work.run();
    } catch (SQLException | RuntimeException | Error failure) {
      try {
        manager.rollback();
      } catch (SystemException | IllegalStateException notRolledBack) {
        failure.addSuppressed(notRolledBack);
      }
      throw failure;
    }
  }
}
