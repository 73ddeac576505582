package dev.lockstep.datasource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.datasource.TransactionalDataSourceBuilder.Settings;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;

/** HikariCP, and what its failures mean to the user of a {@link TransactionalDataSource}. */
final class ConnectionPool implements AutoCloseable {
  private final HikariDataSource hikari;
  private final String name;
  private final int size;
  private final Duration timeout;

  ConnectionPool(Settings settings) {
    this.name = settings.name();
    this.size = settings.maximumPoolSize();
    this.timeout = settings.connectionTimeout();
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(new PhysicalConnections(settings.source()));
    config.setMaximumPoolSize(size);
    config.setConnectionTimeout(timeout.toMillis());
    // Whoever builds the pool has asked the database already.
    config.setInitializationFailTimeout(-1);
    settings
        .leakReportedAfter()
        .ifPresent(time -> config.setLeakDetectionThreshold(time.toMillis()));
    config.setExceptionOverride(new DeadConnectionsOnly());
    this.hikari = new HikariDataSource(config);
  }

  Connection borrow() throws SQLException {
    try {
      return hikari.getConnection();
    } catch (SQLTransientConnectionException e) {
      Throwable lastFailure = e.getCause();
      String limit = timeout.toMillis() + " ms";
      throw new SQLTransientConnectionException(
          lastFailure == null
              ? "no connection of pool '"
                  + name
                  + "' became free within "
                  + limit
                  + ": all "
                  + size
                  + " are in use, each by a transaction until it ends or by a connection that was"
                  + " not closed; make transactions shorter, close what is opened outside of them"
                  + " (reportLeaksAfter shows where that was), or raise maximumPoolSize"
              : "pool '"
                  + name
                  + "' could open no connection within "
                  + limit
                  + ": "
                  + lastFailure.getMessage()
                  + "; see whether PostgreSQL runs and has max_connections enough",
          e.getSQLState(),
          e);
    }
  }

  /** Closes a borrowed connection for good. */
  void evict(Connection connection) {
    hikari.evictConnection(connection);
  }

  @Override
  public void close() {
    hikari.close();
  }
}
