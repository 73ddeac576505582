package dev.lockstep.outbox.relay;

import dev.lockstep.outbox.dialect.Postgres;
import dev.lockstep.outbox.relay.OutboxTable.Kept;
import dev.lockstep.outbox.relay.OutboxTable.Order;
import dev.lockstep.outbox.relay.OutboxTable.PayloadType;
import dev.lockstep.outbox.relay.RelaySettings.Columns;
import dev.lockstep.outbox.relay.RelaySettings.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a look at an outbox has shown, in a transaction like those that are to move its rows.
 *
 * @param table the outbox; empty if it can't be used
 * @param problems what is wrong
 */
record OutboxSurvey(Optional<OutboxTable> table, List<String> problems) {
  private static final Map<String, PayloadType> PAYLOADS =
      Map.of(
          "bytea", PayloadType.BYTES,
          "text", PayloadType.TEXT,
          "varchar", PayloadType.TEXT,
          "json", PayloadType.JSON,
          "jsonb", PayloadType.JSON);

  private static final Set<String> HEADERS = Set.of("json", "jsonb");
  private static final Set<String> TIMES = Set.of("timestamptz", "timestamp");

  /** A table as the catalog has it: the type of each column by its name, in their order. */
  private record Found(long oid, TableName name, Map<String, String> types) {}

  static OutboxSurvey of(Connection connection, RelaySettings settings) throws SQLException {
    List<String> problems = new ArrayList<>();
    String product = connection.getMetaData().getDatabaseProductName();
    if (!product.equals(Postgres.PRODUCT)) {
      problems.add("the database is " + product + ", and a relay needs PostgreSQL");
      return new OutboxSurvey(Optional.empty(), problems);
    }
    String rights = settings.transactionColumn().isPresent() ? "SELECT" : "SELECT, UPDATE, DELETE";
    Optional<Found> found = find(connection, settings.table(), rights, problems);
    Optional<Found> deadLetters = Optional.empty();
    if (settings.deadLetters().isPresent()) {
      deadLetters = find(connection, settings.deadLetters().get(), "INSERT", problems);
    }
    if (found.isEmpty()) {
      return new OutboxSurvey(Optional.empty(), problems);
    }
    Found outbox = found.get();
    Columns columns = settings.columns();
    require(outbox, columns.id(), problems);
    if (columns.fixedTopic().isEmpty()) {
      require(outbox, columns.topic(), problems);
    }
    columns.key().ifPresent(key -> require(outbox, key, problems));
    Optional<PayloadType> payload =
        require(outbox, columns.payload(), problems)
            .flatMap(
                type -> {
                  if (!PAYLOADS.containsKey(type)) {
                    problems.add(
                        unfit(outbox, columns.payload(), type, "bytea, text, json or jsonb"));
                  }
                  return Optional.ofNullable(PAYLOADS.get(type));
                });
    Optional<String> headers =
        columns
            .headers()
            .flatMap(column -> require(outbox, column, HEADERS, "json or jsonb", problems));
    columns
        .createdAt()
        .ifPresent(column -> require(outbox, column, TIMES, "timestamptz or timestamp", problems));
    deadLetters.ifPresent(table -> requireRoom(table, outbox, problems));
    KeptOutboxSurvey keeping = new KeptOutboxSurvey(connection, outbox.oid(), outbox.name());
    Optional<Kept> kept = Optional.empty();
    if (settings.transactionColumn().isPresent()) {
      kept = keeping.kept(columns.id(), settings.transactionColumn().get(), problems);
    } else {
      keeping.requireNoPosition(problems);
    }
    Optional<OutboxTable> table = Optional.empty();
    if (problems.isEmpty()) {
      table =
          Optional.of(
              new OutboxTable(
                  outbox.oid(),
                  columns,
                  List.copyOf(outbox.types().keySet()),
                  payload.orElseThrow(),
                  headers,
                  order(connection),
                  kept,
                  deadLetters.map(Found::name),
                  outbox.name()));
    }
    return new OutboxSurvey(table, problems);
  }

  private static Order order(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT current_setting('track_commit_timestamp')")) {
      row.next();
      return row.getString(1).equals("on") ? Order.COMMIT : Order.ID;
    }
  }

  private static Optional<String> require(Found table, String column, List<String> problems) {
    Optional<String> type = Optional.ofNullable(table.types().get(column));
    if (type.isEmpty()) {
      problems.add(
          "table "
              + table.name()
              + " has no column '"
              + column
              + "'; it has "
              + String.join(", ", table.types().keySet()));
    }
    return type;
  }

  private static Optional<String> require(
      Found table, String column, Set<String> types, String which, List<String> problems) {
    Optional<String> type = require(table, column, problems);
    type.filter(found -> !types.contains(found))
        .ifPresent(found -> problems.add(unfit(table, column, found, which)));
    return type;
  }

  private static String unfit(Found table, String column, String type, String which) {
    return "column '"
        + column
        + "' of "
        + table.name()
        + " is of type "
        + type
        + ", and must be "
        + which;
  }

  private static void requireRoom(Found deadLetters, Found outbox, List<String> problems) {
    List<String> missing = new ArrayList<>(outbox.types().keySet());
    missing.add(OutboxTable.REASON);
    missing.removeAll(deadLetters.types().keySet());
    if (!missing.isEmpty()) {
      problems.add(
          "table "
              + deadLetters.name()
              + " has no columns "
              + String.join(", ", missing)
              + "; create it with: CREATE TABLE "
              + deadLetters.name().quoted()
              + " (LIKE "
              + outbox.name().quoted()
              + ", "
              + OutboxTable.REASON
              + " text)");
    }
  }

  private static Optional<Found> find(
      Connection connection, TableName name, String rights, List<String> problems)
      throws SQLException {
    String sql =
        "SELECT c.oid::bigint, n.nspname, c.relname, c.relkind IN ('r', 'p') AND c.relpersistence ="
            + " 'p', row_security_active(c.oid), (SELECT string_agg(p, ', ') FROM"
            + " unnest(string_to_array(?, ', ')) p WHERE NOT has_table_privilege(c.oid, p)),"
            + " current_user FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid ="
            + " c.relnamespace WHERE c.oid = to_regclass(?)";
    try (PreparedStatement find = connection.prepareStatement(sql)) {
      find.setString(1, rights);
      find.setString(2, name.quoted());
      try (ResultSet row = find.executeQuery()) {
        if (!row.next()) {
          problems.add("there is no table " + name + ", or its schema may not be used");
          return Optional.empty();
        }
        if (!row.getBoolean(4)) {
          problems.add(name + " is no ordinary or partitioned table whose rows survive a crash");
        }
        if (row.getBoolean(5)) {
          problems.add("row security may hide rows of " + name + " from the relay");
        }
        String missing = row.getString(6);
        if (missing != null) {
          problems.add(
              "user "
                  + row.getString(7)
                  + " of the transactions may not "
                  + missing
                  + " in "
                  + name);
        }
        long oid = row.getLong(1);
        TableName full = new TableName(Optional.of(row.getString(2)), row.getString(3));
        return Optional.of(new Found(oid, full, types(connection, oid)));
      }
    }
  }

  private static Map<String, String> types(Connection connection, long oid) throws SQLException {
    String sql =
        "SELECT a.attname, t.typname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON"
            + " t.oid = a.atttypid WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT"
            + " a.attisdropped ORDER BY a.attnum";
    Map<String, String> types = new LinkedHashMap<>();
    try (PreparedStatement look = connection.prepareStatement(sql)) {
      look.setLong(1, oid);
      try (ResultSet row = look.executeQuery()) {
        while (row.next()) {
          types.put(row.getString(1), row.getString(2));
        }
      }
    }
    return types;
  }
}
