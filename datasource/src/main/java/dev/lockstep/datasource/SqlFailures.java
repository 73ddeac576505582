package dev.lockstep.datasource;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import javax.transaction.xa.XAException;

/** What a failure of PostgreSQL or its driver proves. */
final class SqlFailures {
  /** Causes may form a cycle. */
  private static final int MAX_DEPTH = 16;

  private static final String CONNECTION_CLASS = "08";

  /**
   * The session ended: shutdown, crash, start-up, dropped database, idle session; and the two
   * timeouts that end it in the middle of a transaction.
   */
  private static final Set<String> SESSION_ENDED =
      Set.of("57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25P04");

  /**
   * Classes of errors that abort the transaction they happen in: if PREPARE TRANSACTION or COMMIT
   * answers with one of these, it has done nothing. Not among them: system errors (58), internal
   * errors (XX) and what is not known here, since those prove nothing.
   */
  private static final Set<String> ABORTING_CLASSES =
      Set.of("0A", "21", "22", "23", "25", "40", "42", "44", "53", "54", "55", "P0");

  private static final String COMPLETION_UNKNOWN = "40003";
  private static final String DEADLOCK = "40P01";
  private static final String INTEGRITY_CLASS = "23";
  private static final String QUERY_CANCELED = "57014";

  private SqlFailures() {}

  /** Whether the connection is of no use any more. */
  static boolean provesDeadConnection(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
      if (cause instanceof IOException
          || (cause instanceof SQLException sql && isDeadState(stateOf(sql)))) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static boolean isDeadState(String state) {
    return state.startsWith(CONNECTION_CLASS) || SESSION_ENDED.contains(state);
  }

  /**
   * The {@code XA_RB*} code of a failure that proves that the transaction was rolled back; empty if
   * it may have been prepared or committed.
   */
  static Optional<Integer> provenRollback(XAException failure) {
    if (failure.errorCode >= XAException.XA_RBBASE && failure.errorCode <= XAException.XA_RBEND) {
      return Optional.of(failure.errorCode);
    }
    return provesDeadConnection(failure)
        ? Optional.empty()
        : firstState(failure).flatMap(SqlFailures::rollbackCode);
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

  private static Optional<String> firstState(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
      if (cause instanceof SQLException sql) {
        return Optional.of(stateOf(sql));
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }

  private static Optional<Integer> rollbackCode(String state) {
    if (state.equals(COMPLETION_UNKNOWN)) {
      return Optional.empty();
    }
    if (state.equals(DEADLOCK)) {
      return Optional.of(XAException.XA_RBDEADLOCK);
    }
    if (state.startsWith(INTEGRITY_CLASS)) {
      return Optional.of(XAException.XA_RBINTEGRITY);
    }
    boolean aborts =
        state.equals(QUERY_CANCELED)
            || (state.length() == 5 && ABORTING_CLASSES.contains(state.substring(0, 2)));
    return aborts ? Optional.of(XAException.XA_RBROLLBACK) : Optional.empty();
  }

  private static String stateOf(SQLException failure) {
    String state = failure.getSQLState();
    return state == null ? "" : state;
  }
}
