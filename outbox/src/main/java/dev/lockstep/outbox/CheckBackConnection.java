package dev.lockstep.outbox;

import dev.lockstep.outbox.dialect.DatabaseId;
import dev.lockstep.outbox.dialect.Installation;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The connection of the check-back thread: opened when it is needed, and given back when it is not.
 * For that thread only, but {@link #abort}.
 */
final class CheckBackConnection {
  private static final System.Logger LOGGER = System.getLogger(CheckBackConnection.class.getName());

  private final DataSource source;
  private volatile @Nullable Connection connection;
  private Optional<DatabaseId> identity = Optional.empty();
  private Optional<Before> before = Optional.empty();
  private long lastUse = System.nanoTime();
  private long awayUntil = lastUse;
  private int failures;

  /** How the connection was when it came. */
  private record Before(boolean autoCommit, boolean readOnly, int isolation) {
    static Before of(Connection connection) throws SQLException {
      return new Before(
          connection.getAutoCommit(),
          connection.isReadOnly(),
          connection.getTransactionIsolation());
    }

    void restore(Connection connection) throws SQLException {
      connection.setTransactionIsolation(isolation);
      connection.setReadOnly(readOnly);
      connection.setAutoCommit(autoCommit);
    }
  }

  CheckBackConnection(DataSource source) {
    this.source = source;
  }

  /** What is asked on the connection. */
  @FunctionalInterface
  interface Question<T> {
    T ask(Connection connection) throws SQLException;
  }

  /**
   * Asks in a transaction of its own, READ COMMITTED. If the answer comes, the transaction is
   * committed and durable. Where there was no connection a moment ago, it fails at once.
   */
  <T> T ask(Question<T> question) throws SQLException {
    lastUse = System.nanoTime();
    if (connection == null && lastUse - awayUntil < 0) {
      throw new SQLException("the database did not answer a moment ago");
    }
    try {
      T answer = askNow(question);
      failures = 0;
      return answer;
    } catch (SQLException e) {
      if (connection == null) {
        awayUntil = System.nanoTime() + Backoff.after(failures).toNanos();
        failures++;
      }
      throw e;
    }
  }

  private <T> T askNow(Question<T> question) throws SQLException {
    Connection open = open();
    try {
      T answer = question.ask(open);
      open.commit();
      return answer;
    } catch (SQLException | RuntimeException | Error e) {
      rollBack(open, e);
      throw e;
    }
  }

  /** Whether there is a connection, as far as is known. */
  boolean isOpen() {
    return connection != null;
  }

  /** Which database the connection leads to. */
  DatabaseId identity(Ready ready, String configured) throws SQLException {
    if (connection == null || identity.isEmpty()) {
      Installation installation = ready.dialect().installation();
      identity =
          Optional.of(ask(open -> installation.identity(open, configured, ready.tables().get(0))));
    }
    return identity.orElseThrow();
  }

  private Connection open() throws SQLException {
    Connection open = connection;
    if (open != null) {
      return open;
    }
    open = source.getConnection();
    identity = Optional.empty();
    try {
      before = Optional.of(Before.of(open));
      open.setAutoCommit(false);
      open.setReadOnly(false);
      open.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    } catch (SQLException | RuntimeException e) {
      open.close();
      throw e;
    }
    connection = open;
    return open;
  }

  private void rollBack(Connection open, Throwable reason) {
    try {
      open.rollback();
    } catch (SQLException e) {
      reason.addSuppressed(e);
      giveBack();
    }
  }

  /** Gives the connection back, if it was not used for so long. */
  void giveBackAfter(Duration idle) {
    if (System.nanoTime() - lastUse >= idle.toNanos()) {
      giveBack();
    }
  }

  /** Gives the connection back, if there is one. */
  void giveBack() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try (open) {
        if (!open.isClosed() && before.isPresent()) {
          before.get().restore(open);
        }
      } catch (SQLException e) {
        LOGGER.log(Level.DEBUG, "giving back a connection that failed", e);
      }
    }
  }

  /** Ends what the connection is doing, from any thread. */
  void abort() {
    Connection open = connection;
    if (open != null) {
      try {
        open.abort(Runnable::run);
      } catch (SQLException e) {
        LOGGER.log(Level.DEBUG, "aborting a connection that failed", e);
      }
    }
  }
}
