package dev.lockstep.outbox;

import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.LossyProxy;
import java.sql.SQLException;

/** PostgreSQL. */
public final class PostgresDatabase implements TestDatabase {
  /** What markers have, and tombstones don't. */
  public static final String MARKER = "(id, kind) VALUES ($1, CASE";

  private final EmbeddedDatabase database;

  PostgresDatabase(EmbeddedDatabase database) {
    this.database = database;
  }

  @Override
  public String jdbcUrl() {
    return database.jdbcUrl();
  }

  @Override
  public LossyProxy proxy() {
    return LossyProxy.before(jdbcUrl() + "&prepareThreshold=0");
  }

  @Override
  public String marker() {
    return MARKER;
  }

  @Override
  public String tombstone() {
    return "(id, kind) VALUES ($1, 'R')";
  }

  @Override
  public String either() {
    return "VALUES ($1, ";
  }

  @Override
  public void kill() {
    database.killPostmaster();
  }

  @Override
  public void restart() {
    database.restart();
  }

  @Override
  public void terminateSessions() throws SQLException {
    database.terminateBackends();
  }

  @Override
  public void close() {
    database.close();
  }
}
