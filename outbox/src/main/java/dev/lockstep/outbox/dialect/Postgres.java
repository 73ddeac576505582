package dev.lockstep.outbox.dialect;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** What is said to PostgreSQL of other tables, too, than those of markers. Without state. */
public final class Postgres {
  /** What its driver says that it is. */
  public static final String PRODUCT = "PostgreSQL";

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private Postgres() {}

  /** Which database a connection leads to. */
  public static DatabaseId database(Connection connection, String configured) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT s.system_identifier || '/' || d.oid, d.datname FROM pg_control_system() s,"
                    + " pg_catalog.pg_database d WHERE d.datname = current_database()")) {
      row.next();
      return new DatabaseId(configured, row.getString(1), row.getString(2));
    }
  }

  /** A name, as it may stand in a statement. */
  public static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** Limits how long the statements of the current transaction wait for locks. */
  public static void limitLockWaits(Connection connection, Duration time) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL lock_timeout = " + time.toMillis());
    }
  }

  /** Whether a failure means that a lock was not to be had in time. */
  public static boolean isLockTimeout(SQLException failure) {
    return LOCK_NOT_AVAILABLE.equals(failure.getSQLState());
  }
}
