package dev.lockstep.datasource;

import dev.lockstep.jdbc.PostgresFailures;
import java.util.Optional;
import javax.transaction.xa.XAException;

/** What a failure of PostgreSQL or its driver is in the words of XA. */
final class SqlFailures {
  private static final String DEADLOCK = "40P01";
  private static final String INTEGRITY_CLASS = "23";

  private SqlFailures() {}

  /**
   * The {@code XA_RB*} code of a failure that proves that the transaction was rolled back; empty if
   * it may have been prepared or committed.
   */
  static Optional<Integer> provenRollback(XAException failure) {
    if (failure.errorCode >= XAException.XA_RBBASE && failure.errorCode <= XAException.XA_RBEND) {
      return Optional.of(failure.errorCode);
    }
    return PostgresFailures.provenRollback(failure).map(SqlFailures::rollbackCode);
  }

  private static int rollbackCode(String state) {
    if (state.equals(DEADLOCK)) {
      return XAException.XA_RBDEADLOCK;
    }
    return state.startsWith(INTEGRITY_CLASS)
        ? XAException.XA_RBINTEGRITY
        : XAException.XA_RBROLLBACK;
  }

  /** Whether the server says that it decided by itself. */
  static boolean isHeuristic(XAException failure) {
    return switch (failure.errorCode) {
      case XAException.XA_HEURCOM,
          XAException.XA_HEURRB,
          XAException.XA_HEURMIX,
          XAException.XA_HEURHAZ ->
          true;
      default -> false;
    };
  }
}
