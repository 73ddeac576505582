package dev.lockstep.outbox.relay;

import dev.lockstep.outbox.relay.OutboxRow.Headers;
import dev.lockstep.outbox.relay.OutboxRow.Place;
import dev.lockstep.outbox.relay.RelaySettings.Columns;
import dev.lockstep.outbox.relay.RelaySettings.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An outbox as it is in the database, and the statements for it.
 *
 * @param oid its number
 * @param columns its columns that the relay uses
 * @param all the names of all its columns
 * @param payload what its payloads are
 * @param headers the type of its headers, {@code json} or {@code jsonb}
 * @param order how its rows are ordered
 * @param kept how it keeps them; empty if they are deleted
 * @param deadLetters where rows go that can't be sent
 * @param name its name, with its schema
 */
record OutboxTable(
    long oid,
    Columns columns,
    List<String> all,
    PayloadType payload,
    Optional<String> headers,
    Order order,
    Optional<Kept> kept,
    Optional<TableName> deadLetters,
    TableName name) {

  /** The column of a table of dead letters that says why. */
  static final String REASON = "lockstep_reason";

  /** The first key of the lock of the relay that works; the table's number is the second. */
  private static final int RELAY_LOCK = 0x4C535450;

  /** The same for the lock of each of its transactions. */
  private static final int BATCH_LOCK = RELAY_LOCK + 1;

  /**
   * Among so many batches of rows, those with the lowest ids, the ones come first that were
   * committed first. It bounds what a batch costs when very many rows wait.
   */
  private static final int WINDOW_BATCHES = 20;

  /** Rows that are read at a time, so that a batch of large ones need not fit into memory. */
  private static final int FETCH = 50;

  /** What payloads are. */
  enum PayloadType {
    BYTES("application/octet-stream"),
    TEXT("text/plain; charset=utf-8"),
    JSON("application/json");

    private final String mediaType;

    PayloadType(String mediaType) {
      this.mediaType = mediaType;
    }

    String mediaType() {
      return mediaType;
    }
  }

  /**
   * How an outbox keeps its rows.
   *
   * @param transaction the column with the transaction that has inserted a row
   * @param idType the type of its ids
   */
  record Kept(String transaction, String idType) {}

  /** How rows are ordered. */
  enum Order {
    ID,
    COMMIT
  }

  /** Waits for the other transactions of relays of this table, which are fenced out then. */
  void lockBatch(Connection connection) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement("SELECT pg_advisory_xact_lock(?, ?)")) {
      lock.setInt(1, BATCH_LOCK);
      lock.setInt(2, (int) oid);
      lock.execute();
    }
  }

  /** Makes a session the one that may relay, if there is no other. */
  boolean tryLock(Connection session) throws SQLException {
    try (PreparedStatement lock = session.prepareStatement("SELECT pg_try_advisory_lock(?, ?)")) {
      lock.setInt(1, RELAY_LOCK);
      lock.setInt(2, (int) oid);
      try (ResultSet row = lock.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  void unlock(Connection session) throws SQLException {
    try (PreparedStatement lock = session.prepareStatement("SELECT pg_advisory_unlock(?, ?)")) {
      lock.setInt(1, RELAY_LOCK);
      lock.setInt(2, (int) oid);
      lock.execute();
    }
  }

  /** Whether it is the session of a backend that may relay. */
  boolean isLockedBy(Connection connection, int backend) throws SQLException {
    String sql =
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND"
            + " database = (SELECT oid FROM pg_catalog.pg_database WHERE datname ="
            + " current_database()) AND classid::bigint = ? AND objid::bigint = ? AND objsubid = 2"
            + " AND pid = ?)";
    try (PreparedStatement look = connection.prepareStatement(sql)) {
      look.setLong(1, RELAY_LOCK);
      look.setLong(2, oid);
      look.setInt(3, backend);
      try (ResultSet row = look.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** How the transaction of a connection goes through the rows; it has {@link #lockBatch}. */
  Passage passage(Connection connection) throws SQLException {
    return kept.isPresent()
        ? KeepingPassage.of(connection, this, kept.get())
        : new DeletingPassage(this);
  }

  /** The next rows, which are locked as they are read. */
  PreparedStatement select(Connection connection, int limit) throws SQLException {
    String id = column(columns.id());
    String from = " FROM " + name.quoted() + " o";
    String first =
        switch (order) {
          case ID -> from + " ORDER BY " + id;
          case COMMIT ->
              from
                  + " WHERE "
                  + id
                  + " IN (SELECT "
                  + id
                  + from
                  + " ORDER BY "
                  + id
                  + " LIMIT "
                  + (long) limit * WINDOW_BATCHES
                  + ") ORDER BY pg_xact_commit_timestamp(o.xmin) NULLS FIRST, "
                  + id;
        };
    return prepare(connection, first + " LIMIT " + limit + " FOR UPDATE OF o");
  }

  /**
   * The next rows of a look, which are kept. Those of one id come together, though there should be
   * one only.
   */
  PreparedStatement look(
      Connection connection, Kept kept, OutboxPosition position, String until, int limit)
      throws SQLException {
    String id = column(columns.id());
    String transaction = column(kept.transaction());
    PreparedStatement select =
        prepare(
            connection,
            " FROM "
                + name.quoted()
                + " o WHERE "
                + transaction
                + " >= pg_snapshot_xmin(?::pg_snapshot) AND NOT pg_visible_in_snapshot("
                + transaction
                + ", ?::pg_snapshot) AND "
                + transaction
                + " < pg_snapshot_xmax(?::pg_snapshot) AND pg_visible_in_snapshot("
                + transaction
                + ", ?::pg_snapshot)"
                + (position.last().isPresent() ? " AND " + id + " > ?::" + kept.idType() : "")
                + " ORDER BY "
                + id
                + " FETCH FIRST "
                + limit
                + " ROWS WITH TIES");
    int next = columns.fixedTopic().isPresent() ? 2 : 1;
    select.setString(next++, position.after());
    select.setString(next++, position.after());
    select.setString(next++, until);
    select.setString(next++, until);
    if (position.last().isPresent()) {
      select.setString(next, position.last().get());
    }
    return select;
  }

  private PreparedStatement prepare(Connection connection, String from) throws SQLException {
    PreparedStatement select =
        connection.prepareStatement(
            "SELECT o.tableoid::bigint, o.ctid::text, "
                + column(columns.id())
                + "::text, "
                + columns
                    .fixedTopic()
                    .map(topic -> "?::text")
                    .orElseGet(() -> column(columns.topic()) + "::text")
                + ", "
                + columns.key().map(key -> column(key) + "::text").orElse("NULL")
                + ", "
                + column(columns.payload())
                + (payload == PayloadType.BYTES ? "" : "::text")
                + headersSql()
                + from);
    if (columns.fixedTopic().isPresent()) {
      select.setString(1, columns.fixedTopic().get());
    }
    select.setFetchSize(FETCH);
    return select;
  }

  /** The database takes JSON apart: its kind, the names of an object, and their values. */
  private String headersSql() {
    if (headers.isEmpty() || columns.headers().isEmpty()) {
      return ", NULL, NULL, NULL";
    }
    String type = headers.get();
    String column = column(columns.headers().get());
    String kind = kindSql(type, column);
    String each =
        " FROM "
            + type
            + "_each_text(CASE "
            + kind
            + " WHEN 'object' THEN "
            + column
            + " ELSE '{}' END) WITH ORDINALITY AS h(name, value, n) WHERE h.value IS NOT NULL ORDER"
            + " BY h.n)";
    return ", " + kind + ", ARRAY(SELECT h.name" + each + ", ARRAY(SELECT h.value" + each;
  }

  /**
   * Of json, the database looks at escapes only when it takes it apart, and then one without a
   * character ends the whole statement: NUL, and halves of surrogate pairs. So they are looked for
   * before, behind the escaped backslashes. Of jsonb it has none.
   */
  private static String kindSql(String type, String column) {
    String typeOf = type + "_typeof(" + column + ")";
    if (type.equals("jsonb")) {
      return typeOf;
    }
    String escapes = "replace(" + column + "::text, E'\\\\\\\\', ' ')";
    String pair = "E'\\\\\\\\u[dD][89abAB][0-9a-fA-F]{2}\\\\\\\\u[dD][c-fC-F][0-9a-fA-F]{2}'";
    String noCharacter = "E'\\\\\\\\u(0000|[dD][89a-fA-F])'";
    return "CASE WHEN regexp_replace("
        + escapes
        + ", "
        + pair
        + ", ' ', 'g') ~ "
        + noCharacter
        + " THEN '"
        + Headers.NO_TEXT
        + "' ELSE "
        + typeOf
        + " END";
  }

  /**
   * Deletes rows that this transaction has locked.
   *
   * @return how many are deleted
   */
  int delete(Connection connection, Collection<Place> places) throws SQLException {
    Map<Long, List<String>> byTable =
        places.stream()
            .collect(
                Collectors.groupingBy(
                    Place::table, Collectors.mapping(Place::row, Collectors.toList())));
    int deleted = 0;
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM "
                + name.quoted()
                + " o WHERE o.tableoid::bigint = ? AND o.ctid = ANY (?::tid[])")) {
      for (Map.Entry<Long, List<String>> part : byTable.entrySet()) {
        delete.setLong(1, part.getKey());
        delete.setArray(2, connection.createArrayOf("text", part.getValue().toArray()));
        deleted += delete.executeUpdate();
      }
    }
    return deleted;
  }

  /** Copies a row to the table of dead letters. */
  void bury(Connection connection, TableName deadLetters, Place place, String reason)
      throws SQLException {
    String names =
        all.stream().map(TableName::quoted).collect(Collectors.joining(", ")); // by name, not place
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO "
                + deadLetters.quoted()
                + " ("
                + names
                + ", "
                + REASON
                + ") SELECT "
                + names
                + ", ? FROM "
                + name.quoted()
                + " o WHERE o.tableoid::bigint = ? AND o.ctid = ?::tid")) {
      insert.setString(1, reason);
      insert.setLong(2, place.table());
      insert.setString(3, place.row());
      if (insert.executeUpdate() != 1) {
        throw new SQLException("somebody has changed a row that can't be sent meanwhile");
      }
    }
  }

  /** How many rows wait, and how long the oldest does. */
  OutboxRelay.Lag lag(Connection connection) throws SQLException {
    String age =
        columns
            .createdAt()
            .map(
                column ->
                    "(extract(epoch FROM now() - min(" + column(column) + ")) * 1000)::bigint")
            .orElse("NULL::bigint");
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*), "
                    + age
                    + " FROM "
                    + name.quoted()
                    + " o"
                    + kept.map(this::waiting).orElse(""))) {
      row.next();
      long waiting = row.getLong(1);
      long millis = row.getLong(2);
      return new OutboxRelay.Lag(
          waiting, row.wasNull() ? Optional.empty() : Optional.of(Duration.ofMillis(millis)));
    }
  }

  /** The column with the transaction of a row, of rows that are kept. */
  String transactionColumn() {
    return column(kept.orElseThrow().transaction());
  }

  /** Of all rows, those that are not relayed. */
  private String waiting(Kept kept) {
    String transaction = column(kept.transaction());
    return " LEFT JOIN "
        + OutboxPosition.table(name).quoted()
        + " p ON p.outbox = "
        + oid
        + " WHERE NOT coalesce(pg_visible_in_snapshot("
        + transaction
        + ", p.after) OR (pg_visible_in_snapshot("
        + transaction
        + ", p.until) AND "
        + column(columns.id())
        + " <= p.last::"
        + kept.idType()
        + "), false)";
  }

  /** A column, as it may stand in a statement. */
  private static String column(String name) {
    return "o." + TableName.quoted(name);
  }
}
