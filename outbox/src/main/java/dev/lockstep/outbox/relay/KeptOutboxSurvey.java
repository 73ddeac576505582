package dev.lockstep.outbox.relay;

import dev.lockstep.outbox.relay.OutboxTable.Kept;
import dev.lockstep.outbox.relay.RelaySettings.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is to be so for an outbox to keep its rows, and what must not be if it does not.
 *
 * @param connection a connection like those of the batches
 * @param oid the number of the outbox
 * @param name its name
 */
record KeptOutboxSurvey(Connection connection, long oid, TableName name) {
  /** The oldest version whose transactions have numbers of 64 bits. */
  private static final int OLDEST_VERSION = 13;

  /** Those of which two that are equal have the same text. */
  private static final Set<String> IDS = Set.of("int2", "int4", "int8", "uuid");

  private static final String DEFAULT = "pg_current_xact_id()";

  /** A column, as the catalog has it. */
  private record Column(String type, boolean notNull, String definition) {}

  /** Looks at an outbox that is to keep its rows; adds what is wrong. */
  Optional<Kept> kept(String id, String transaction, List<String> problems) throws SQLException {
    int version = connection.getMetaData().getDatabaseMajorVersion();
    if (version < OLDEST_VERSION) {
      problems.add(
          "truncatePartitions(..) needs PostgreSQL "
              + OLDEST_VERSION
              + " or later, and this is "
              + version);
      return Optional.empty();
    }
    int before = problems.size();
    Optional<Column> idColumn = column(id);
    idColumn
        .filter(column -> !IDS.contains(column.type()) || !column.notNull())
        .ifPresent(
            column ->
                problems.add(
                    "column '"
                        + id
                        + "' of "
                        + name
                        + " is of type "
                        + column.type()
                        + (column.notNull() ? "" : " and may be NULL")
                        + "; to find a place among rows that are kept, ids must be smallint,"
                        + " integer, bigint or uuid, and NOT NULL"));
    Optional<Column> transactionColumn = column(transaction);
    if (transactionColumn
        .filter(
            column ->
                column.type().equals("xid8")
                    && column.notNull()
                    && column.definition().equals(DEFAULT))
        .isEmpty()) {
      problems.add(
          "column '"
              + transaction
              + "' of "
              + name
              + " does not say which transaction has inserted a row, without which one that is"
              + " committed late would be passed over; add it with: ALTER TABLE "
              + name.quoted()
              + " ADD COLUMN "
              + TableName.quoted(transaction)
              + " xid8 NOT NULL DEFAULT "
              + DEFAULT);
    }
    checkPartitions(problems);
    checkPosition(problems);
    return problems.size() == before
        ? idColumn.map(column -> new Kept(transaction, column.type()))
        : Optional.empty();
  }

  private Optional<Column> column(String column) throws SQLException {
    try (PreparedStatement look =
        connection.prepareStatement(
            "SELECT t.typname, a.attnotnull, coalesce(pg_get_expr(d.adbin, d.adrelid), '') FROM"
                + " pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid LEFT"
                + " JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
                + " WHERE a.attrelid = ?::oid AND a.attname = ? AND a.attnum > 0")) {
      look.setLong(1, oid);
      look.setString(2, column);
      try (ResultSet row = look.executeQuery()) {
        return row.next()
            ? Optional.of(new Column(row.getString(1), row.getBoolean(2), row.getString(3)))
            : Optional.empty();
      }
    }
  }

  private void checkPartitions(List<String> problems) throws SQLException {
    try (PreparedStatement look =
        connection.prepareStatement(
            "SELECT (SELECT partstrat FROM pg_catalog.pg_partitioned_table WHERE partrelid ="
                + " ?::oid), (SELECT string_agg(p.relid::text, ', ') FROM pg_partition_tree(?::oid)"
                + " p JOIN pg_catalog.pg_class c ON c.oid = p.relid WHERE p.isleaf AND NOT"
                + " (c.relkind = 'r' AND c.relpersistence = 'p' AND has_table_privilege(c.oid,"
                + " 'TRUNCATE')))")) {
      look.setLong(1, oid);
      look.setLong(2, oid);
      try (ResultSet row = look.executeQuery()) {
        row.next();
        if (!"r".equals(row.getString(1))) {
          problems.add(
              name
                  + " is not partitioned by range, so it has no partition that is done with at some"
                  + " time; leave out truncatePartitions(..), and its rows are deleted");
          return;
        }
        String unfit = row.getString(2);
        if (unfit != null) {
          problems.add(
              "of "
                  + name
                  + ", these partitions are no ordinary tables whose rows survive a crash, or may"
                  + " not be truncated by the user of the transactions: "
                  + unfit);
        }
      }
    }
  }

  private void checkPosition(List<String> problems) throws SQLException {
    TableName table = OutboxPosition.table(name);
    try (PreparedStatement look =
        connection.prepareStatement(
            "SELECT has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')"
                + " AND has_table_privilege(c.oid, 'UPDATE') FROM pg_catalog.pg_class c WHERE c.oid"
                + " = to_regclass(?) AND c.relkind = 'r' AND c.relpersistence = 'p'")) {
      look.setString(1, table.quoted());
      try (ResultSet row = look.executeQuery()) {
        if (!row.next()) {
          problems.add(
              "there is no ordinary table "
                  + table
                  + " for the relay's position; create it with: "
                  + OutboxPosition.ddl(name));
          return;
        }
        if (!row.getBoolean(1)) {
          problems.add("the user of the transactions may not SELECT, INSERT, UPDATE in " + table);
          return;
        }
      }
    }
    String sql =
        "SELECT outbox = ?::oid AND origin = ? FROM "
            + table.quoted()
            + " WHERE outbox = ?::oid OR name = ?";
    try (PreparedStatement find = connection.prepareStatement(sql)) {
      find.setLong(1, oid);
      find.setString(2, OutboxPosition.origin(connection));
      find.setLong(3, oid);
      find.setString(4, name.name());
      try (ResultSet row = find.executeQuery()) {
        while (row.next()) {
          if (!row.getBoolean(1)) {
            problems.add(
                table
                    + " has a position that is of another table of the name "
                    + name
                    + ", or of another database from which this was restored, so that nobody knows"
                    + " which rows are relayed. Delete those that are, and the position");
          }
        }
      }
    }
  }

  /** Rows that were kept must not be deleted one by one: they would be sent again before. */
  void requireNoPosition(List<String> problems) throws SQLException {
    TableName table = OutboxPosition.table(name);
    try (PreparedStatement look = connection.prepareStatement("SELECT to_regclass(?) IS NULL")) {
      look.setString(1, table.quoted());
      try (ResultSet row = look.executeQuery()) {
        row.next();
        if (row.getBoolean(1)) {
          return;
        }
      }
    }
    String sql = "SELECT FROM " + table.quoted() + " WHERE outbox = ?::oid OR name = ?";
    try (PreparedStatement find = connection.prepareStatement(sql)) {
      find.setLong(1, oid);
      find.setString(2, name.name());
      try (ResultSet row = find.executeQuery()) {
        if (row.next()) {
          problems.add(
              name
                  + " has rows that are relayed and kept, and they would be sent again: say"
                  + " truncatePartitions(..), as the relay before did, or delete what is relayed,"
                  + " and then its position in "
                  + table);
        }
      }
    }
  }
}
