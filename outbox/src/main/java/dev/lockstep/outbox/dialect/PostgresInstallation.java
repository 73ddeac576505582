package dev.lockstep.outbox.dialect;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.outbox.dialect.Dialect.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What PostgreSQL needs to have. */
final class PostgresInstallation implements Installation {
  @Override
  public DatabaseId identity(Connection connection, String configured, Table first)
      throws SQLException {
    return Postgres.database(connection, configured);
  }

  @Override
  public String schema(Optional<String> schema, List<String> tables, String user) {
    String names = tables.stream().map(name -> in(schema) + name).collect(Collectors.joining(", "));
    return tables.stream().map(name -> ddl(schema, name) + ";\n").collect(Collectors.joining())
        + "GRANT SELECT, INSERT, TRUNCATE ON "
        + names
        + " TO "
        + Postgres.quoted(user)
        + ";\n";
  }

  private static String in(Optional<String> schema) {
    return schema.map(name -> Postgres.quoted(name) + ".").orElse("");
  }

  /** Rows are only inserted, and the whole table truncated: there is nothing to vacuum. */
  private static String ddl(Optional<String> schema, String name) {
    return "CREATE TABLE IF NOT EXISTS "
        + in(schema)
        + name
        + " (id uuid PRIMARY KEY, kind \"char\" NOT NULL) WITH (autovacuum_enabled = false)";
  }

  @Override
  public void create(Connection connection, Optional<String> schema, List<String> tables)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String name : tables) {
        statement.execute(ddl(schema, name));
      }
    }
  }

  @Override
  public Optional<Table> find(Connection connection, Optional<String> schema, String name)
      throws SQLException {
    String sql =
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON"
            + " n.oid = c.relnamespace WHERE c.oid = to_regclass(?)";
    return Look.table(connection, sql, in(schema) + name);
  }

  @Override
  public String user(Connection connection) throws SQLException {
    return Look.text(connection, "SELECT current_user");
  }

  @Override
  public List<String> unfit(Connection connection, Table table) throws SQLException {
    String sql =
        "SELECT has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT') AND"
            + " has_table_privilege(c.oid, 'TRUNCATE'),"
            + " c.relkind = 'r' AND c.relpersistence = 'p' AND NOT c.relrowsecurity,"
            + " EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a ON"
            + " a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE i.indrelid = c.oid AND"
            + " i.indisunique AND i.indisvalid AND i.indimmediate AND i.indnatts = 1 AND i.indpred"
            + " IS NULL AND a.attname = 'id' AND a.atttypid = 'uuid'::regtype)"
            + " FROM pg_catalog.pg_class c WHERE c.oid = ?::regclass";
    try (PreparedStatement look = connection.prepareStatement(sql)) {
      look.setString(1, PostgresDialect.quoted(table));
      try (ResultSet row = look.executeQuery()) {
        row.next();
        List<String> problems = new ArrayList<>();
        if (!row.getBoolean(1)) {
          problems.add("this user may not SELECT, INSERT and TRUNCATE there");
        }
        if (!row.getBoolean(2)) {
          problems.add("it is not an ordinary table that survives a crash and shows all its rows");
        }
        if (!row.getBoolean(3)) {
          problems.add("it has no unique index of the column id alone, of type uuid");
        }
        return problems;
      }
    }
  }

  @Override
  public List<Finding> examine(Connection connection, String where) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_is_in_recovery(), current_setting('fsync'),"
                    + " current_setting('synchronous_commit')")) {
      row.next();
      if (row.getBoolean(1)) {
        findings.add(
            Finding.refuse(
                "LSTP-0923",
                where + " leads to a standby: no marker can be written there",
                "let the data source lead to the primary"));
      }
      if (row.getString(2).equals("off")) {
        findings.add(
            Finding.refuseUnlessAllowed(
                "LSTP-0924",
                "fsync-off",
                where
                    + " has fsync = off: after a power cut it may have lost committed transactions"
                    + " whose messages are visible, or be damaged as a whole",
                "set fsync = on in postgresql.conf, and reload it"));
      }
      if (row.getString(3).equals("off")) {
        findings.add(
            Finding.info(
                "LSTP-0925",
                where
                    + " has synchronous_commit = off for this user: transactions with messages are"
                    + " committed as if it was on, others are not",
                "set synchronous_commit = on, unless these may be lost"));
      }
    }
    return findings;
  }
}
