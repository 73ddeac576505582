package dev.lockstep.datasource;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a connection sees of its server's settings. Timeouts are empty if there is none.
 *
 * @param maxPreparedTransactions how many transactions may be prepared at a time
 * @param fsync whether the server forces what it says is durable
 * @param synchronousCommit whether a commit in one phase waits for that
 * @param statementTimeout after which a statement is cancelled
 * @param idleInTransactionTimeout after which a connection is closed that idles in a transaction
 */
record DatabaseFacts(
    int maxPreparedTransactions,
    Setting fsync,
    Setting synchronousCommit,
    Optional<Duration> statementTimeout,
    Optional<Duration> idleInTransactionTimeout) {
  private static final String SETTINGS =
      "SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN ('max_prepared_transactions', 'fsync',"
          + " 'synchronous_commit', 'statement_timeout', 'idle_in_transaction_session_timeout')";
  private static final String IDENTITY =
      "SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname ="
          + " current_database()) FROM pg_control_system()";

  /** What is on or off. */
  enum Setting {
    ON,
    OFF;

    static Setting of(String value) {
      return value.equals("off") ? OFF : ON; // synchronous_commit has further values
    }
  }

  static DatabaseFacts of(Connection connection) throws SQLException {
    Map<String, String> settings = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(SETTINGS)) {
      while (rows.next()) {
        settings.put(rows.getString(1), rows.getString(2));
      }
    }
    return new DatabaseFacts(
        Integer.parseInt(settings.getOrDefault("max_prepared_transactions", "0")),
        Setting.of(settings.getOrDefault("fsync", "")),
        Setting.of(settings.getOrDefault("synchronous_commit", "")),
        timeout(settings.getOrDefault("statement_timeout", "0")),
        timeout(settings.getOrDefault("idle_in_transaction_session_timeout", "0")));
  }

  private static Optional<Duration> timeout(String millis) {
    return Optional.of(Duration.ofMillis(Long.parseLong(millis)))
        .filter(timeout -> !timeout.isZero());
  }

  /** What is the same for all ways to one database. */
  static String identity(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(IDENTITY)) {
      row.next();
      return row.getString(1);
    }
  }
}
