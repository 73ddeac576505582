package dev.lockstep.datasource;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.datasource.DatabaseFacts.Setting;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks the database whether it can do what a pool is for, and whether it keeps it. */
final class DatabaseCheck {
  private final GuardedXADataSource source;
  private final String where;

  DatabaseCheck(GuardedXADataSource source, String poolName) {
    this.source = source;
    this.where = "data source '" + poolName + "': " + source;
  }

  /** What is asked on a connection. */
  @FunctionalInterface
  interface Question<T> {
    T ask(Connection connection) throws SQLException;
  }

  /** Asks on a connection that belongs to no pool, since the pool may be exhausted. */
  <T> T ask(Question<T> question) throws SQLException {
    GuardedXAConnection xa = source.open();
    try (Connection connection = xa.getConnection()) {
      return question.ask(connection);
    } finally {
      xa.close();
    }
  }

  /** What is wrong with the database, for a pool of so many connections. */
  List<Finding> findings(int poolSize) {
    try {
      return findings(ask(DatabaseFacts::of), poolSize);
    } catch (SQLException e) {
      return List.of(unanswered(e));
    }
  }

  /** The same, and what is wrong with its timeouts and those of the pool. */
  List<Finding> findings(int poolSize, Duration connectionTimeout, Optional<Duration> transaction) {
    try {
      DatabaseFacts facts = ask(DatabaseFacts::of);
      List<Finding> findings = new ArrayList<>(findings(facts, poolSize));
      transaction.ifPresent(
          timeout -> findings.addAll(timeouts(facts, connectionTimeout, timeout)));
      return findings;
    } catch (SQLException e) {
      return List.of(unanswered(e));
    }
  }

  private Finding unanswered(SQLException e) {
    return Finding.refuse(
        "LSTP-0603",
        where + " cannot be used: " + e.getMessage(),
        "see whether PostgreSQL runs there, and whether URL, user and password are right");
  }

  private List<Finding> findings(DatabaseFacts facts, int poolSize) {
    List<Finding> findings = new ArrayList<>();
    int allowed = facts.maxPreparedTransactions();
    if (allowed == 0) {
      findings.add(
          Finding.refuse(
              "LSTP-0604",
              where
                  + " has max_prepared_transactions = 0, so that no transaction can be prepared in"
                  + " it",
              remedy(poolSize)));
    } else if (allowed < poolSize) {
      findings.add(
          Finding.warn(
              "LSTP-0602",
              where
                  + " has max_prepared_transactions = "
                  + allowed
                  + ", and the pool has "
                  + poolSize
                  + " connections: when more transactions commit at once, some are rolled back",
              remedy(poolSize)));
    }
    if (facts.fsync() == Setting.OFF) {
      findings.add(
          Finding.refuseUnlessAllowed(
              "LSTP-0605",
              "fsync-off",
              where
                  + " has fsync = off: after a power cut it may have lost prepared and committed"
                  + " transactions whose messages are visible, or be damaged as a whole",
              "set fsync = on in postgresql.conf, and reload it"));
    }
    if (facts.synchronousCommit() == Setting.OFF) {
      findings.add(
          Finding.warn(
              "LSTP-0606",
              where
                  + " has synchronous_commit = off for this user: PostgreSQL forces what is prepared"
                  + " all the same, but a transaction of this database alone may be lost in a power"
                  + " cut after its commit has returned",
              "set synchronous_commit = on, unless these may be lost"));
    }
    return findings;
  }

  private static String remedy(int poolSize) {
    return "set max_prepared_transactions = "
        + poolSize
        + " in postgresql.conf (the sum over all pools that use this server), and restart"
        + " PostgreSQL";
  }

  private List<Finding> timeouts(
      DatabaseFacts facts, Duration connectionTimeout, Duration transaction) {
    List<Finding> findings = new ArrayList<>();
    if (connectionTimeout.compareTo(transaction) >= 0) {
      findings.add(
          Finding.warn(
              "LSTP-0607",
              where
                  + " waits "
                  + seconds(connectionTimeout)
                  + " for a connection, and transactions are rolled back after "
                  + seconds(transaction)
                  + ": when the pool is exhausted they time out, and nobody says why",
              "set connectionTimeout to less than the transaction timeout"));
    }
    facts
        .idleInTransactionTimeout()
        .filter(timeout -> timeout.compareTo(transaction) < 0)
        .ifPresent(
            timeout ->
                findings.add(
                    Finding.warn(
                        "LSTP-0608",
                        where
                            + " has idle_in_transaction_session_timeout = "
                            + seconds(timeout)
                            + ", and transactions may take "
                            + seconds(transaction)
                            + ": one that does something else meanwhile loses its connection",
                        "set idle_in_transaction_session_timeout to more than the transaction"
                            + " timeout")));
    facts
        .statementTimeout()
        .filter(timeout -> timeout.compareTo(transaction) > 0)
        .ifPresent(
            timeout ->
                findings.add(
                    Finding.warn(
                        "LSTP-0609",
                        where
                            + " has statement_timeout = "
                            + seconds(timeout)
                            + ", and transactions are rolled back after "
                            + seconds(transaction)
                            + ": it never comes to that",
                        "set statement_timeout to less than the transaction timeout, or to 0")));
    return findings;
  }

  private static String seconds(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }
}
