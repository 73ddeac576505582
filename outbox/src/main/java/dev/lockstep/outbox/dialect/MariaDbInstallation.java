package dev.lockstep.outbox.dialect;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.outbox.dialect.Dialect.Table;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** What MariaDB needs to have. */
final class MariaDbInstallation implements Installation {
  /** What the comment of a marker table begins with; behind it is the identity of its database. */
  private static final String COMMENT = "lockstep ";

  private static final List<String> PRIVILEGES = List.of("SELECT", "INSERT", "UPDATE", "DROP");

  /** Values of {@code innodb_flush_log_at_trx_commit} with which a commit is forced. */
  private static final Set<String> FORCED = Set.of("1", "3");

  /** Ways to write that leave the force out. */
  private static final Set<String> UNFORCED = Set.of("nosync", "littlesync");

  /**
   * The server has no identity that stays with its data: the one it calculates is of its machine.
   * So the tables have one, which they keep when they are emptied, copied or replicated.
   */
  @Override
  public DatabaseId identity(Connection connection, String configured, Table first)
      throws SQLException {
    String comment =
        text(
            connection,
            "SELECT table_comment FROM information_schema.tables WHERE table_schema = ? AND"
                + " table_name = ?",
            first);
    String identity =
        (comment.startsWith(COMMENT) ? comment.substring(COMMENT.length()) : "none").strip();
    return new DatabaseId(configured, identity + "/" + first.schema(), first.schema());
  }

  @Override
  public String schema(Optional<String> schema, List<String> tables, String user) {
    UUID identity = UUID.randomUUID();
    return tables.stream()
            .map(name -> ddl(schema, name, identity) + ";\n")
            .collect(Collectors.joining())
        + tables.stream()
            .map(
                name ->
                    "GRANT "
                        + String.join(", ", PRIVILEGES)
                        + " ON "
                        + in(schema)
                        + name
                        + " TO "
                        + grantee(user)
                        + ";\n")
            .collect(Collectors.joining());
  }

  private static String in(Optional<String> schema) {
    return schema.map(name -> MariaDbDialect.quoted(name) + ".").orElse("");
  }

  /** A user is one at a host, which is any host if it is not said. */
  private static String grantee(String user) {
    int at = user.lastIndexOf('@');
    String name = at < 0 ? user : user.substring(0, at);
    String host = at < 0 ? "%" : user.substring(at + 1);
    return MariaDbDialect.quoted(name) + "@" + MariaDbDialect.quoted(host);
  }

  private static String ddl(Optional<String> schema, String name, UUID identity) {
    return "CREATE TABLE IF NOT EXISTS "
        + in(schema)
        + name
        + " (id BINARY(16) NOT NULL PRIMARY KEY, kind CHAR(1) CHARACTER SET ascii COLLATE ascii_bin"
        + " NOT NULL) ENGINE=InnoDB COMMENT='"
        + COMMENT
        + identity
        + "'";
  }

  @Override
  public void create(Connection connection, Optional<String> schema, List<String> tables)
      throws SQLException {
    UUID identity = UUID.randomUUID();
    for (String name : tables) {
      if (find(connection, schema, name).isEmpty()) { // it may be all that one is allowed
        try (Statement statement = connection.createStatement()) {
          statement.execute(ddl(schema, name, identity));
        }
      }
    }
  }

  @Override
  public Optional<Table> find(Connection connection, Optional<String> schema, String name)
      throws SQLException {
    String sql =
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema ="
            + " COALESCE(?, DATABASE()) AND table_name = ?";
    return Look.table(connection, sql, schema.orElse(null), name);
  }

  @Override
  public String user(Connection connection) throws SQLException {
    return Look.text(connection, "SELECT CURRENT_USER()");
  }

  @Override
  public List<String> unfit(Connection connection, Table table) throws SQLException {
    List<String> problems = new ArrayList<>();
    Set<String> missing = MariaDbGrants.missing(connection, table, PRIVILEGES);
    if (!missing.isEmpty()) {
      problems.add("this user may not " + String.join(", ", missing) + " there");
    }
    if (text(
            connection,
            "SELECT 'yes' FROM information_schema.tables WHERE table_schema = ? AND table_name = ?"
                + " AND engine = 'InnoDB' AND table_type = 'BASE TABLE'",
            table)
        .isEmpty()) {
      problems.add("it is not a table of InnoDB");
    }
    if (text(
            connection,
            "SELECT MAX(column_name) FROM information_schema.statistics WHERE table_schema = ? AND"
                + " table_name = ? AND non_unique = 0 GROUP BY index_name HAVING COUNT(*) = 1 AND"
                + " MAX(column_name) = 'id' AND COUNT(sub_part) = 0 LIMIT 1",
            table)
        .isEmpty()) {
      problems.add("it has no unique index of the column id alone");
    }
    if (!text(
            connection,
            "SELECT GROUP_CONCAT(LOWER(CONCAT(column_name, ' ', column_type, ' ', is_nullable))"
                + " ORDER BY ordinal_position) FROM information_schema.columns WHERE table_schema"
                + " = ? AND table_name = ?",
            table)
        .equals("id binary(16) no,kind char(1) no")) {
      problems.add("its columns are not id binary(16) not null and kind char(1) not null");
    }
    if (!identity(connection, "", table).identity().matches("[0-9a-f-]{36}/.*")) {
      problems.add("its comment does not say which database it is");
    }
    return problems;
  }

  /** The one text that a query of the information schema has for a table; empty if it has none. */
  private static String text(Connection connection, String sql, Table table) throws SQLException {
    return Look.text(connection, sql, table.schema(), table.name());
  }

  @Override
  public List<Finding> examine(Connection connection, String where) throws SQLException {
    Map<String, String> settings = settings(connection);
    List<Finding> findings = new ArrayList<>();
    if (!settings.getOrDefault("read_only", "OFF").equals("OFF")) {
      findings.add(
          Finding.refuse(
              "LSTP-0923",
              where + " leads to a server that is read-only, as replicas are",
              "let the data source lead to the primary"));
    }
    unforced(settings)
        .ifPresent(
            setting ->
                findings.add(
                    Finding.refuseUnlessAllowed(
                        "LSTP-0924",
                        "fsync-off",
                        where
                            + " has "
                            + setting
                            + ": after a power cut it may have lost committed transactions whose"
                            + " messages are visible",
                        "set innodb_flush_log_at_trx_commit = 1 and, where the server has a binary"
                            + " log, sync_binlog = 1, in its configuration and with SET GLOBAL")));
    if (hasBinaryLog(settings)
        && settings.getOrDefault("binlog_format", "").equalsIgnoreCase("STATEMENT")) {
      findings.add(
          Finding.refuse(
              "LSTP-0937",
              where
                  + " has binlog_format = STATEMENT, with which check-back can't write as READ"
                  + " COMMITTED does",
              "set binlog_format = MIXED, which is MariaDB's default, or ROW"));
    }
    return findings;
  }

  private static boolean hasBinaryLog(Map<String, String> settings) {
    return settings.getOrDefault("log_bin", "OFF").equals("ON");
  }

  private static Optional<String> unforced(Map<String, String> settings) {
    String flush = settings.getOrDefault("innodb_flush_log_at_trx_commit", "1");
    if (!FORCED.contains(flush)) {
      return Optional.of("innodb_flush_log_at_trx_commit = " + flush);
    }
    String method = settings.getOrDefault("innodb_flush_method", "").toLowerCase(Locale.ROOT);
    if (UNFORCED.contains(method)) {
      return Optional.of("innodb_flush_method = " + method);
    }
    String sync = settings.getOrDefault("sync_binlog", "1");
    return hasBinaryLog(settings) && !sync.equals("1")
        ? Optional.of("a binary log with sync_binlog = " + sync)
        : Optional.empty();
  }

  private static Map<String, String> settings(Connection connection) throws SQLException {
    Map<String, String> settings = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SHOW GLOBAL VARIABLES WHERE variable_name IN ('read_only',"
                    + " 'innodb_flush_log_at_trx_commit', 'innodb_flush_method', 'log_bin',"
                    + " 'sync_binlog', 'binlog_format')")) {
      while (row.next()) {
        settings.put(row.getString(1).toLowerCase(Locale.ROOT), row.getString(2));
      }
    }
    return settings;
  }
}
