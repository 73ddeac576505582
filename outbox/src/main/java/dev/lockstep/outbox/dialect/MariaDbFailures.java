package dev.lockstep.outbox.dialect;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/** What a failure of MariaDB or its driver proves, and what to do about it. */
final class MariaDbFailures {
  /** Causes may form a cycle. */
  private static final int MAX_DEPTH = 16;

  private static final int READ_ONLY_TRANSACTION = 1792;
  private static final int OPTION_PREVENTS_STATEMENT = 1290;
  private static final int READ_ONLY_MODE = 1836;
  private static final int NO_SUCH_TABLE = 1146;
  private static final int TABLE_ACCESS_DENIED = 1142;
  private static final int DUPLICATE_KEY = 1062;
  private static final int NO_SUCH_SAVEPOINT = 1305;
  private static final int LOCK_TIMEOUT = 1205;
  private static final int TABLE_FULL = 1114;
  private static final int DISK_FULL = 1021;
  private static final int RECORD_CHANGED = 1020;

  /**
   * Classes of errors that a statement before COMMIT fails with, so that COMMIT is not carried out;
   * or, with 40, COMMIT itself, and then the transaction is rolled back. Not among them: 70, since
   * a statement may be killed when its COMMIT is done, connections (08), and most of HY; and of 23
   * a duplicate key: it may be the marker's own, where a driver has repeated on a new connection
   * what had lost its answer (transactionReplay).
   */
  private static final Set<String> CLASSES =
      Set.of("0A", "21", "22", "23", "25", "40", "42", "44", "45");

  private static final String COMPLETION_UNKNOWN = "40003";

  /** Those of HY000, whose other errors prove nothing. */
  private static final Set<Integer> ERRORS =
      Set.of(
          LOCK_TIMEOUT,
          OPTION_PREVENTS_STATEMENT,
          READ_ONLY_MODE,
          TABLE_FULL,
          DISK_FULL,
          RECORD_CHANGED);

  private MariaDbFailures() {}

  static boolean provesRollback(Throwable failure) {
    Optional<SQLException> first = Optional.empty();
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
      if (cause instanceof IOException) {
        return false;
      }
      if (first.isEmpty() && cause instanceof SQLException sql) {
        first = Optional.of(sql);
      }
      cause = cause.getCause();
    }
    return first.filter(MariaDbFailures::endsBeforeTheCommit).isPresent();
  }

  private static boolean endsBeforeTheCommit(SQLException failure) {
    String state = failure.getSQLState() == null ? "" : failure.getSQLState();
    return failure.getErrorCode()
            != 0 // else it is the driver's own, and says nothing of the server
        && (ERRORS.contains(failure.getErrorCode())
            || (state.length() == 5
                && !state.equals(COMPLETION_UNKNOWN)
                && failure.getErrorCode() != DUPLICATE_KEY
                && CLASSES.contains(state.substring(0, 2))));
  }

  static boolean isLockTimeout(SQLException failure) {
    return failure.getErrorCode() == LOCK_TIMEOUT;
  }

  /** Whether a transaction had ended before its commit. */
  static boolean hadEnded(Throwable failure) {
    return firstError(failure) == NO_SUCH_SAVEPOINT;
  }

  static Optional<String> remedy(Throwable failure) {
    return switch (firstError(failure)) {
      case READ_ONLY_TRANSACTION, OPTION_PREVENTS_STATEMENT, READ_ONLY_MODE ->
          Optional.of(
              "the transaction is read-only, or the server a replica, so that no marker can be"
                  + " written; send messages in transactions that may write, on the primary"
                  + " [LSTP-0721]");
      case NO_SUCH_TABLE ->
          Optional.of(
              "the marker table is gone; create it again, as the finding LSTP-0920 of"
                  + " Lockstep.diagnose() says [LSTP-0722]");
      case TABLE_ACCESS_DENIED ->
          Optional.of(
              "the user of this transaction may not use the marker tables; grant it what the"
                  + " definition of the tables grants [LSTP-0723]");
      case DUPLICATE_KEY ->
          Optional.of(
              "if that is the marker's key: it came too late, and the transaction was fenced out");
      case NO_SUCH_SAVEPOINT ->
          Optional.of(
              "the transaction had ended before: it was rolled back by a deadlock or a lock timeout"
                  + " whose error was swallowed, or committed by a statement that does so, such as"
                  + " CREATE TABLE. Let such errors end the work, and run such statements outside"
                  + " of transactions [LSTP-0726]");
      default -> Optional.empty();
    };
  }

  private static int firstError(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
      if (cause instanceof SQLException sql) {
        return sql.getErrorCode();
      }
      cause = cause.getCause();
    }
    return 0;
  }
}
