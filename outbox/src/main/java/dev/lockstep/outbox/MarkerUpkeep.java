package dev.lockstep.outbox;

import dev.lockstep.outbox.dialect.Dialect;
import dev.lockstep.spi.TransactionalLog;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Empties marker tables that nobody needs any more, and uses the next one. */
final class MarkerUpkeep {
  /** A table that is in use stays as it is; whoever uses it must not wait. */
  private static final Duration LOCK_TIMEOUT = Duration.ofMillis(50);

  private final TransactionalLog log;
  private final MarkerTables tables;
  private final CheckBackConnection connection;

  MarkerUpkeep(TransactionalLog log, MarkerTables tables, CheckBackConnection connection) {
    this.log = log;
    this.tables = tables;
    this.connection = connection;
  }

  /**
   * Does what can be done now.
   *
   * @return whether there was anything
   */
  boolean run(Ready database) throws SQLException {
    boolean done = empty(database);
    if (tables.advance()) {
      empty(database); // the one that was in use until now
      done = true;
    }
    return done;
  }

  private boolean empty(Ready database) throws SQLException {
    Dialect dialect = database.dialect();
    tables.horizon(connection.ask(dialect::horizon));
    long oldest = connection.ask(dialect::oldest);
    List<Integer> unused = new ArrayList<>();
    for (int table = 0; table < MarkerTables.COUNT; table++) {
      if (tables.isUnused(table) && tables.isBehindItsTombstones(table, oldest)) {
        unused.add(table);
      }
    }
    if (unused.isEmpty()) {
      return false;
    }
    log.force(); // the decisions: without their markers they could not be given again
    boolean done = false;
    for (int table : unused) {
      if (isTruncated(dialect, database.tables().get(table))) {
        tables.truncated(table);
        done = true;
      }
    }
    return done;
  }

  /** Truncates a table, unless somebody uses it: that one must not keep the others from it. */
  private boolean isTruncated(Dialect dialect, Dialect.Table table) throws SQLException {
    try {
      truncate(dialect, table);
      return true;
    } catch (SQLException e) {
      if (dialect.isLockTimeout(e)) {
        return false;
      }
      throw e;
    }
  }

  private void truncate(Dialect dialect, Dialect.Table table) throws SQLException {
    connection.ask(
        open -> {
          dialect.truncate(open, table, LOCK_TIMEOUT);
          return table;
        });
  }
}
