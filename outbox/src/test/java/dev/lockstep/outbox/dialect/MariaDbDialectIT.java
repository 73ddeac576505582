package dev.lockstep.outbox.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.outbox.MariaDbServer;
import dev.lockstep.outbox.Shop;
import dev.lockstep.outbox.TestDatabase;
import dev.lockstep.outbox.dialect.Dialect.Table;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What MariaDB does with the statements it is sent. */
@Tag("mariadb")
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MariaDbDialectIT {
  private static final Duration SHORT = Duration.ofMillis(50);

  private final MariaDbDialect dialect = new MariaDbDialect();
  private final UUID key = UUID.fromString("ff275c27-0000-4000-8000-5c00270a0d00");
  private TestDatabase database;
  private Table table;
  private Connection one;
  private Connection two;

  @BeforeAll
  void start() throws SQLException {
    database = MariaDbServer.start();
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl())) {
      dialect.installation().create(connection, Optional.empty(), List.of("t"));
      table = dialect.installation().find(connection, Optional.empty(), "t").orElseThrow();
    }
  }

  @AfterAll
  void stop() {
    if (database != null) {
      database.close();
    }
  }

  @BeforeEach
  void connect() throws SQLException {
    Shop.execute(database.jdbcUrl(), "truncate table t");
    one = open();
    two = open();
    two.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
  }

  private Connection open() throws SQLException {
    Connection connection = DriverManager.getConnection(database.jdbcUrl());
    connection.setAutoCommit(false);
    return connection;
  }

  @AfterEach
  void disconnect() throws SQLException {
    one.close();
    two.close();
  }

  private void mark(Connection connection) throws SQLException {
    try (PreparedStatement marker = connection.prepareStatement(dialect.marker(table))) {
      dialect.bind(marker, key);
      marker.executeUpdate();
    }
  }

  private void assertLocked(SqlAction action) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(dialect.isLockTimeout(e)).isTrue());
  }

  private interface SqlAction {
    void run() throws SQLException;
  }

  /** Also if nothing else is done in its transaction, for which drivers would not roll back. */
  @Test
  void aClaimKeepsTheTableUntilTheEndOfItsTransaction() throws SQLException {
    dialect.claim(one, table);
    assertLocked(() -> dialect.truncate(two, table, SHORT));
    one.rollback();
    dialect.truncate(two, table, SHORT);
  }

  @Test
  void aFenceWaitsForAMarkerThatIsNotCommitted() throws SQLException {
    mark(one);
    assertLocked(() -> dialect.fence(two, table, key, Duration.ofSeconds(1)));
    one.commit();
    assertThat(dialect.fence(two, table, key, SHORT)).isEqualTo(Kind.COMMITTED);
  }

  @Test
  void aFenceThatFindsNothingKeepsTheMarkerOut() throws SQLException {
    mark(one);
    one.rollback();
    assertThat(dialect.fence(two, table, key, SHORT)).isEqualTo(Kind.FENCED);
    two.commit();
    assertThat(dialect.fence(two, table, key, SHORT)).as("once more").isEqualTo(Kind.FENCED);
    two.commit();
    assertThatThrownBy(() -> mark(one))
        .satisfies(e -> assertThat(dialect.provesRollback(e)).as("check-back knows").isFalse())
        .satisfies(e -> assertThat(dialect.remedy(e).orElse("")).contains("fenced out"));
  }

  @Test
  void onlyMarkersAreCommitted() throws SQLException {
    UUID other = new UUID(1, 2);
    mark(one);
    one.commit();
    dialect.fence(two, table, other, SHORT);
    two.commit();
    assertThat(dialect.committed(two, table, List.of(other, key))).containsExactly(key);
    two.commit();
    assertThat(dialect.content(one, table).tombstones()).isTrue();
  }

  /** The lock waits of the application's own statements are as they were. */
  @Test
  void settingsEndWithTheirStatement() throws SQLException {
    dialect.fence(two, table, key, Duration.ofSeconds(1));
    two.commit();
    dialect.truncate(two, table, SHORT);
    assertThat(settings(two)).isEqualTo(settings(one));
  }

  private static String settings(Connection connection) throws SQLException {
    try (PreparedStatement show =
            connection.prepareStatement(
                "select concat(@@innodb_lock_wait_timeout, ' ', @@lock_wait_timeout)");
        var row = show.executeQuery()) {
      row.next();
      return row.getString(1);
    }
  }
}
