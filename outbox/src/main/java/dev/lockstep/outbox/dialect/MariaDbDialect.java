package dev.lockstep.outbox.dialect;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** MariaDB, from version 10.6 on, with its own driver. */
final class MariaDbDialect implements Dialect {
  /** A savepoint is there as long as its transaction is, and no longer. */
  private static final String SAVEPOINT = "lockstep_begin";

  private static final String COMMIT = "COMMIT AND NO CHAIN NO RELEASE";
  private static final int ACCESS_DENIED = 1227;
  private static final int KEY_BYTES = 2 * Long.BYTES;

  @Override
  public Installation installation() {
    return new MariaDbInstallation();
  }

  /**
   * An error ends only its statement, so that the transaction goes on; a deadlock, and some
   * statements, end the transaction, and the next statement begins another one. Work that does not
   * look would commit a part of its rows with all of its messages.
   */
  @Override
  public void begin(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SAVEPOINT " + SAVEPOINT);
    }
  }

  /** Whoever has read a table in a transaction keeps it from being truncated until that ends. */
  @Override
  public void claim(Connection connection, Table table) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT SQL_NO_CACHE kind FROM " + quoted(table) + " LIMIT 1");
    }
  }

  @Override
  public String commit() {
    return asOne(COMMIT);
  }

  @Override
  public String marker(Table table) {
    return marker(table, "?");
  }

  @Override
  public String marker(Table table, UUID marker) {
    return marker(table, "X'" + marker.toString().replace("-", "") + "'");
  }

  private static String marker(Table table, String id) {
    return "INSERT INTO " + quoted(table) + " (id, kind) VALUES (" + id + ", 'C')";
  }

  @Override
  public String markerAndCommit(Table table) {
    return asOne(marker(table) + "; " + COMMIT);
  }

  /**
   * A block is one statement for the driver, whatever its settings, and ends at its first error.
   */
  private static String asOne(String statements) {
    return "BEGIN NOT ATOMIC RELEASE SAVEPOINT " + SAVEPOINT + "; " + statements + "; END";
  }

  @Override
  public void bind(PreparedStatement statement, UUID marker) throws SQLException {
    bind(statement, 1, marker);
  }

  private static void bind(PreparedStatement statement, int parameter, UUID marker)
      throws SQLException {
    ByteBuffer key = ByteBuffer.allocate(KEY_BYTES);
    key.putLong(marker.getMostSignificantBits()).putLong(marker.getLeastSignificantBits());
    statement.setBytes(parameter, key.array());
  }

  static String quoted(Table table) {
    return quoted(table.schema()) + "." + quoted(table.name());
  }

  static String quoted(String name) {
    return '`' + name.replace("`", "``") + '`';
  }

  @Override
  public boolean provesRollback(Throwable failure) {
    return MariaDbFailures.provesRollback(failure);
  }

  @Override
  public Optional<String> remedy(Throwable failure) {
    return MariaDbFailures.remedy(failure);
  }

  @Override
  public Optional<String> remedyWithoutMarker(Throwable failure) {
    return MariaDbFailures.hadEnded(failure) ? remedy(failure) : Optional.empty();
  }

  @Override
  public Content content(Connection connection, Table table) throws SQLException {
    String sql = "SELECT COUNT(*), COALESCE(MAX(kind = 'R'), 0) FROM " + quoted(table);
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return new Content((int) Math.min(row.getLong(1), Integer.MAX_VALUE / 2), row.getInt(2) != 0);
    }
  }

  @Override
  public Kind fence(Connection connection, Table table, UUID marker, Duration lockWait)
      throws SQLException {
    String name = quoted(table);
    try (PreparedStatement insert =
            connection.prepareStatement(
                waiting(lockWait) + "INSERT IGNORE INTO " + name + " (id, kind) VALUES (?, 'R')");
        PreparedStatement look =
            connection.prepareStatement("SELECT kind FROM " + name + " WHERE id = ?")) {
      bind(insert, marker);
      boolean isMine = insert.executeUpdate() == 1;
      bind(look, marker);
      try (ResultSet row = look.executeQuery()) {
        if (!row.next()) {
          throw new SQLException("neither a marker nor a tombstone of " + marker + " in " + name);
        }
        Kind kind = Kind.of(row.getString(1));
        if (!isMine) {
          force(connection, table);
        }
        return kind;
      }
    }
  }

  /** Settings for one statement, in whole seconds; less than one is not to wait at all. */
  private static String waiting(Duration lockWait) {
    long seconds = lockWait.toSeconds();
    return "SET STATEMENT innodb_lock_wait_timeout = "
        + seconds
        + ", lock_wait_timeout = "
        + seconds
        + " FOR ";
  }

  /**
   * InnoDB shows others what is committed before it is durable. A write of one's own, behind that
   * in its log, makes it durable with its commit: this row, which is nobody's marker.
   */
  private static void force(Connection connection, Table table) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          "INSERT INTO "
              + quoted(table)
              + " (id, kind) VALUES ('', 'F') ON DUPLICATE KEY UPDATE kind = IF(kind = 'F', 'f',"
              + " 'F')");
    }
  }

  @Override
  public Set<UUID> committed(Connection connection, Table table, Collection<UUID> markers)
      throws SQLException {
    String sql =
        "SELECT id FROM "
            + quoted(table)
            + " WHERE kind = 'C' AND id IN ("
            + String.join(", ", Collections.nCopies(markers.size(), "?"))
            + ")";
    Set<UUID> found = new HashSet<>();
    try (PreparedStatement look = connection.prepareStatement(sql)) {
      int parameter = 1;
      for (UUID marker : markers) {
        bind(look, parameter++, marker);
      }
      try (ResultSet row = look.executeQuery()) {
        while (row.next()) {
          ByteBuffer key = ByteBuffer.wrap(row.getBytes(1));
          found.add(new UUID(key.getLong(), key.getLong()));
        }
      }
    }
    if (!found.isEmpty()) {
      force(connection, table);
    }
    return found;
  }

  /** {@link #claim} has the server keep the tables: which transactions are open, few may see. */
  @Override
  public long horizon(Connection connection) {
    return 0;
  }

  @Override
  public long oldest(Connection connection) {
    return 0;
  }

  @Override
  public void truncate(Connection connection, Table table, Duration lockWait) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(waiting(lockWait) + "TRUNCATE TABLE " + quoted(table));
    }
  }

  @Override
  public boolean isLockTimeout(SQLException failure) {
    return MariaDbFailures.isLockTimeout(failure);
  }

  @Override
  public List<String> blockers(Connection connection, Table table) throws SQLException {
    String sql =
        "SELECT COALESCE(CONCAT('session ', p.id, ' of ', p.user, ', ', p.command, ' for ', p.time,"
            + " ' s'), 'a prepared XA transaction, which XA RECOVER shows') FROM"
            + " information_schema.innodb_trx t LEFT JOIN information_schema.processlist p ON p.id"
            + " = t.trx_mysql_thread_id WHERE t.trx_mysql_thread_id <> CONNECTION_ID() AND"
            + " t.trx_rows_modified > 0 ORDER BY t.trx_started LIMIT 8";
    List<String> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        found.add(row.getString(1));
      }
      return found;
    } catch (SQLException e) {
      if (e.getErrorCode() == ACCESS_DENIED) {
        return List.of("a transaction that is not shown without the privilege PROCESS");
      }
      throw e;
    }
  }
}
