package dev.lockstep.jdbc;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/** What a failure of PostgreSQL or its driver proves. Internal to Lockstep. */
public final class PostgresFailures {
  /** Causes may form a cycle. */
  private static final int MAX_DEPTH = 16;

  private static final String CONNECTION_CLASS = "08";

  /**
   * The session ended, perhaps in the middle of a commit: shutdown, crash, start-up, dropped
   * database, idle session; and the two timeouts that end it in the middle of a transaction.
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
  private static final String QUERY_CANCELED = "57014";

  private PostgresFailures() {}

  /**
   * Whether the connection is of no use any more.
   *
   * @param failure any failure
   * @return true if that is certain
   */
  public static boolean provesDeadConnection(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
      if (cause instanceof IOException
          || (cause instanceof SQLException sql && isDeadState(state(sql)))) {
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
   * Why a transaction is rolled back, if its commit or prepare failed and that proves it.
   *
   * @param failure the failure of a commit, or of PREPARE TRANSACTION
   * @return the SQLSTATE that proves it; empty if it may be committed or prepared all the same
   */
  public static Optional<String> provenRollback(Throwable failure) {
    return provesDeadConnection(failure)
        ? Optional.empty()
        : firstState(failure).filter(PostgresFailures::aborts);
  }

  private static boolean aborts(String state) {
    return state.equals(QUERY_CANCELED)
        || (state.length() == 5
            && !state.equals(COMPLETION_UNKNOWN)
            && ABORTING_CLASSES.contains(state.substring(0, 2)));
  }

  /**
   * The SQLSTATE of the first SQLException among a failure and its causes.
   *
   * @param failure any failure
   * @return the state; empty if there is no such exception, or it has none
   */
  public static Optional<String> firstState(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
      if (cause instanceof SQLException sql) {
        return Optional.of(state(sql)).filter(state -> !state.isEmpty());
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }

  private static String state(SQLException failure) {
    String state = failure.getSQLState();
    return state == null ? "" : state;
  }
}
