package dev.lockstep.outbox.dialect;

import dev.lockstep.jdbc.PostgresFailures;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** PostgreSQL, from version 13 on. */
final class PostgresDialect implements Dialect {
  private static final String READ_ONLY = "25006";
  private static final String UNDEFINED_TABLE = "42P01";
  private static final String INSUFFICIENT_PRIVILEGE = "42501";
  private static final String UNIQUE_VIOLATION = "23505";

  /**
   * The marker is worth nothing if its commit is not forced. CASE is what PostgreSQL evaluates in
   * this order; without a kind the insert fails.
   */
  private static final String DURABLE_KIND =
      "CASE WHEN current_setting('synchronous_commit') <> 'off' THEN 'C'::\"char\""
          + " WHEN set_config('synchronous_commit', 'on', true) = 'on' THEN 'C'::\"char\" END";

  @Override
  public Installation installation() {
    return new PostgresInstallation();
  }

  /** A transaction that fails is aborted, and says so at its commit. */
  @Override
  public void begin(Connection connection) {}

  /** Its snapshots say which transactions are open: {@link #oldest}. */
  @Override
  public void claim(Connection connection, Table table) {}

  /** A commit alone of what can't be committed any more is answered as if nothing were wrong. */
  @Override
  public String commit() {
    return "SELECT 1; COMMIT";
  }

  @Override
  public String marker(Table table) {
    return marker(table, "?");
  }

  @Override
  public String marker(Table table, UUID marker) {
    return marker(table, "'" + marker + "'");
  }

  private static String marker(Table table, String id) {
    return "INSERT INTO " + quoted(table) + " (id, kind) VALUES (" + id + ", " + DURABLE_KIND + ")";
  }

  @Override
  public String markerAndCommit(Table table) {
    return marker(table) + "; COMMIT";
  }

  @Override
  public void bind(PreparedStatement statement, UUID marker) throws SQLException {
    statement.setObject(1, marker);
  }

  static String quoted(Table table) {
    return Postgres.quoted(table.schema()) + "." + Postgres.quoted(table.name());
  }

  @Override
  public boolean provesRollback(Throwable failure) {
    return PostgresFailures.provenRollback(failure).isPresent();
  }

  @Override
  public Optional<String> remedy(Throwable failure) {
    return switch (PostgresFailures.firstState(failure).orElse("")) {
      case READ_ONLY ->
          Optional.of(
              "the transaction is read-only, or the server a standby, so that no marker can be"
                  + " written; send messages in transactions that may write, on the primary"
                  + " [LSTP-0721]");
      case UNDEFINED_TABLE ->
          Optional.of(
              "the marker table is gone; create it again, as the finding LSTP-0920 of"
                  + " Lockstep.diagnose() says [LSTP-0722]");
      case INSUFFICIENT_PRIVILEGE ->
          Optional.of(
              "the user of this transaction may not write markers; grant it INSERT on the marker"
                  + " tables [LSTP-0723]");
      case UNIQUE_VIOLATION ->
          Optional.of(
              "if that is the marker's key: it came too late, and the transaction was fenced out");
      default -> Optional.empty();
    };
  }

  @Override
  public Content content(Connection connection, Table table) throws SQLException {
    String sql = "SELECT count(*), coalesce(bool_or(kind <> 'C'), false) FROM " + quoted(table);
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return new Content((int) Math.min(row.getLong(1), Integer.MAX_VALUE / 2), row.getBoolean(2));
    }
  }

  @Override
  public Kind fence(Connection connection, Table table, UUID marker, Duration lockWait)
      throws SQLException {
    Postgres.limitLockWaits(connection, lockWait);
    String name = quoted(table);
    // A tombstone that a crash takes back would let the marker in.
    String sql =
        "SELECT set_config('synchronous_commit', 'on', true) WHERE"
            + " current_setting('synchronous_commit') = 'off'";
    try (Statement durable = connection.createStatement()) {
      durable.execute(sql);
    }
    try (PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO " + name + " (id, kind) VALUES (?, 'R') ON CONFLICT DO NOTHING");
        PreparedStatement look =
            connection.prepareStatement("SELECT kind FROM " + name + " WHERE id = ?")) {
      insert.setObject(1, marker);
      insert.executeUpdate();
      look.setObject(1, marker);
      try (ResultSet row = look.executeQuery()) {
        if (!row.next()) {
          throw new SQLException("neither a marker nor a tombstone of " + marker + " in " + name);
        }
        return Kind.of(row.getString(1));
      }
    }
  }

  @Override
  public Set<UUID> committed(Connection connection, Table table, Collection<UUID> markers)
      throws SQLException {
    String sql = "SELECT id FROM " + quoted(table) + " WHERE id = ANY (?) AND kind = 'C'";
    Set<UUID> found = new HashSet<>();
    try (PreparedStatement look = connection.prepareStatement(sql)) {
      look.setArray(1, connection.createArrayOf("uuid", markers.toArray()));
      try (ResultSet row = look.executeQuery()) {
        while (row.next()) {
          found.add(row.getObject(1, UUID.class));
        }
      }
    }
    return found;
  }

  @Override
  public long horizon(Connection connection) throws SQLException {
    return number(connection, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
  }

  @Override
  public long oldest(Connection connection) throws SQLException {
    return number(connection, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint");
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  public void truncate(Connection connection, Table table, Duration lockWait) throws SQLException {
    Postgres.limitLockWaits(connection, lockWait);
    try (Statement statement = connection.createStatement()) {
      statement.execute("TRUNCATE " + quoted(table));
    }
  }

  @Override
  public boolean isLockTimeout(SQLException failure) {
    return Postgres.isLockTimeout(failure);
  }

  @Override
  public List<String> blockers(Connection connection, Table table) throws SQLException {
    String sql =
        "SELECT coalesce('backend ' || a.pid || ' of ' || a.usename || coalesce(' (' ||"
            + " nullif(a.application_name, '') || ')', '') || ', ' || a.state || ' since ' ||"
            + " date_trunc('second', a.state_change)::text, (SELECT 'prepared transaction ' ||"
            + " string_agg(gid, ', ') FROM pg_catalog.pg_prepared_xacts WHERE database ="
            + " current_database()), 'a transaction that is not shown') FROM pg_catalog.pg_locks l"
            + " LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE l.relation ="
            + " ?::regclass AND l.granted AND l.mode IN ('RowExclusiveLock', 'ExclusiveLock',"
            + " 'AccessExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock') AND l.pid IS DISTINCT"
            + " FROM pg_backend_pid() LIMIT 8";
    List<String> found = new ArrayList<>();
    try (PreparedStatement look = connection.prepareStatement(sql)) {
      look.setString(1, quoted(table));
      try (ResultSet row = look.executeQuery()) {
        while (row.next()) {
          found.add(row.getString(1));
        }
      }
    }
    return found;
  }
}
