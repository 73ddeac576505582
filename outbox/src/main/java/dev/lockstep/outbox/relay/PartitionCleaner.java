package dev.lockstep.outbox.relay;

import dev.lockstep.outbox.JdbcTransactions;
import dev.lockstep.outbox.dialect.Postgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Truncates the partitions of an outbox of which every row is relayed, but not the one that was
 * written last. With its lock no transaction can be open that has inserted a row there, and one
 * that comes later finds the partition empty and as it was: so whatever is truncated is relayed.
 */
final class PartitionCleaner {
  /** A partition that is in use stays as it is; whoever uses it must not wait. */
  private static final Duration LOCK_TIMEOUT = Duration.ofMillis(50);

  private final RelaySettings settings;

  PartitionCleaner(RelaySettings settings) {
    this.settings = settings;
  }

  /**
   * Truncates what can be.
   *
   * @return how many partitions it has truncated
   */
  int clean(OutboxTable table) throws SQLException {
    int truncated = 0;
    for (String partition : unlessLocked(open -> candidates(open, table)).orElse(List.of())) {
      truncated += unlessLocked(open -> truncate(open, table, partition)).orElse(0);
    }
    return truncated;
  }

  /** Does something in a transaction; empty if a lock is not to be had: then another time. */
  private <R> Optional<R> unlessLocked(JdbcTransactions.Work<R, SQLException> work)
      throws SQLException {
    try {
      return Optional.of(
          settings
              .transactions()
              .<R, SQLException>run(
                  RelayBatch.SETTINGS,
                  open -> {
                    Postgres.limitLockWaits(open, LOCK_TIMEOUT);
                    return work.run(open);
                  }));
    } catch (SQLException e) {
      if (Postgres.isLockTimeout(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static List<String> candidates(Connection open, OutboxTable table) throws SQLException {
    List<String> found = new ArrayList<>();
    try (PreparedStatement leaves =
        open.prepareStatement(
            // With its schema: another session may have another search path.
            "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM"
                + " pg_partition_tree(?::oid) p JOIN pg_catalog.pg_class c ON c.oid = p.relid JOIN"
                + " pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE p.isleaf AND"
                + " p.relid <> (SELECT o.tableoid FROM "
                + table.name().quoted()
                + " o ORDER BY "
                + table.transactionColumn()
                + " DESC LIMIT 1)")) {
      leaves.setLong(1, table.oid());
      try (ResultSet row = leaves.executeQuery()) {
        while (row.next()) {
          found.add(row.getString(1));
        }
      }
    }
    List<String> done = new ArrayList<>();
    for (String partition : found) {
      if (isDone(open, table, partition)) {
        done.add(partition);
      }
    }
    return done;
  }

  private static int truncate(Connection open, OutboxTable table, String partition)
      throws SQLException {
    table.lockBatch(open);
    try (Statement statement = open.createStatement()) {
      statement.execute("LOCK TABLE ONLY " + partition + " IN ACCESS EXCLUSIVE MODE");
      if (!isDone(open, table, partition)) { // not any more
        return 0;
      }
      statement.execute("TRUNCATE ONLY " + partition);
      return 1;
    }
  }

  /** Whether a partition has rows, and all of them are relayed. */
  private static boolean isDone(Connection open, OutboxTable table, String partition)
      throws SQLException {
    String sql =
        "SELECT EXISTS (SELECT FROM ONLY "
            + partition
            + ") AND NOT EXISTS (SELECT FROM ONLY "
            + partition
            + " o WHERE "
            + table.transactionColumn()
            + " >= pg_snapshot_xmin(p.after) AND NOT pg_visible_in_snapshot("
            + table.transactionColumn()
            + ", p.after)) FROM "
            + OutboxPosition.table(table.name()).quoted()
            + " p WHERE p.outbox = ?::oid";
    try (PreparedStatement look = open.prepareStatement(sql)) {
      look.setLong(1, table.oid());
      try (ResultSet row = look.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }
}
