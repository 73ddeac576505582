package dev.lockstep.outbox.relay;

import dev.lockstep.outbox.dialect.Postgres;
import dev.lockstep.outbox.relay.RelaySettings.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * How far the relay of an outbox is that keeps its rows: in looks, each of which shows what was
 * committed when it was made.
 *
 * <p>A transaction that was not committed at one look is seen by a later one, however low its ids
 * are; one that was is not seen again. So each row is in exactly one look, and the looks follow one
 * another as the commits do.
 *
 * @param after the look up to which all is relayed, as the database writes it
 * @param until the look that is being relayed; empty if none is
 * @param last the id of the last row of that which is
 */
record OutboxPosition(String after, Optional<String> until, Optional<String> last) {
  /** The name of the table of positions, which is beside the outbox. */
  static final String TABLE = "lockstep_outbox_position";

  /** Before all transactions. */
  private static final OutboxPosition START =
      new OutboxPosition("1:1:", Optional.empty(), Optional.empty());

  /** The table of positions that belongs to an outbox. */
  static TableName table(TableName outbox) {
    return new TableName(outbox.schema(), TABLE);
  }

  /** The statement that creates it. */
  static String ddl(TableName outbox) {
    return "CREATE TABLE "
        + table(outbox).quoted()
        + " (outbox oid PRIMARY KEY, name text NOT NULL, origin text NOT NULL,"
        + " after pg_snapshot NOT NULL, until pg_snapshot, last text)";
  }

  /** The position of an outbox, which is new if it has none. */
  static OutboxPosition of(Connection connection, OutboxTable outbox) throws SQLException {
    Optional<OutboxPosition> found = find(connection, outbox);
    if (found.isPresent()) {
      return found.get();
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO "
                + table(outbox.name()).quoted()
                + " (outbox, name, origin, after) VALUES (?::oid, ?, ?, ?::pg_snapshot)")) {
      insert.setLong(1, outbox.oid());
      insert.setString(2, outbox.name().name());
      insert.setString(3, origin(connection));
      insert.setString(4, START.after());
      insert.executeUpdate();
    }
    return START;
  }

  private static Optional<OutboxPosition> find(Connection connection, OutboxTable outbox)
      throws SQLException {
    try (PreparedStatement find =
        connection.prepareStatement(
            "SELECT after::text, until::text, last FROM "
                + table(outbox.name()).quoted()
                + " WHERE outbox = ?::oid")) {
      find.setLong(1, outbox.oid());
      try (ResultSet row = find.executeQuery()) {
        return row.next()
            ? Optional.of(
                new OutboxPosition(
                    row.getString(1),
                    Optional.ofNullable(row.getString(2)),
                    Optional.ofNullable(row.getString(3))))
            : Optional.empty();
      }
    }
  }

  /** Which database the transactions are counted in. */
  static String origin(Connection connection) throws SQLException {
    return Postgres.database(connection, "").identity();
  }

  /** What is committed now, for the statements that follow. */
  static String now(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_current_snapshot()::text")) {
      row.next();
      return row.getString(1);
    }
  }

  /** Goes on to another position, from this one. */
  void advance(Connection connection, OutboxTable outbox, OutboxPosition to) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE "
                + table(outbox.name()).quoted()
                + " SET after = ?::pg_snapshot, until = ?::pg_snapshot, last = ? WHERE outbox ="
                + " ?::oid AND after::text = ? AND until::text IS NOT DISTINCT FROM ? AND last IS"
                + " NOT DISTINCT FROM ?")) {
      to.bind(update, 1);
      update.setLong(4, outbox.oid());
      bind(update, 5);
      if (update.executeUpdate() != 1) {
        throw new SQLException(
            "somebody else has moved the position of " + outbox.name() + " meanwhile");
      }
    }
  }

  private void bind(PreparedStatement statement, int first) throws SQLException {
    statement.setString(first, after);
    statement.setString(first + 1, until.orElse(null));
    statement.setString(first + 2, last.orElse(null));
  }
}
