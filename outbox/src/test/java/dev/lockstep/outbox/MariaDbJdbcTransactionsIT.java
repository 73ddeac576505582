package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.outbox.TransactionSettings.Isolation;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same on MariaDB. */
@Tag("mariadb")
class MariaDbJdbcTransactionsIT extends JdbcTransactionsIT {
  @Override
  TestDatabase startDatabase() {
    return MariaDbServer.start();
  }

  @Override
  boolean isPostgres() {
    return false;
  }

  private String url() {
    return database().jdbcUrl();
  }

  @Test
  void isolationAndAccessGoBackAsTheyWere() throws SQLException {
    TransactionSettings how =
        TransactionSettings.defaults().isolation(Isolation.SERIALIZABLE).readOnly();
    String show = "select concat(@@tx_isolation, ' ', @@tx_read_only)";
    for (int i = 0; i < 8; i++) {
      assertThat(shop().transactions().<String, SQLException>run(how, c -> one(c, show)))
          .isEqualTo("SERIALIZABLE ON");
      assertThat(shop().transactions().<String, SQLException>run(c -> one(c, show)))
          .isEqualTo("REPEATABLE-READ OFF");
    }
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** It is the statement that is undone, and the transaction goes on. */
  @Test
  void aSwallowedErrorOfAStatementIsNone() throws SQLException {
    shop()
        .transactions()
        .execute(
            connection -> {
              shop().sell(connection, 1);
              assertThatThrownBy(() -> Shop.insert(connection, 1)).isInstanceOf(SQLException.class);
              shop().sell(connection, 2);
            });
    assertThat(shop().messages()).containsExactly("1", "2");
  }

  /** The server has rolled it back, and what comes then is another one. */
  @Test
  void aSwallowedDeadlockIsARollback() throws Exception {
    assertDeadlock(
        connection -> {
          shop().sell(connection, 1);
          assertThatThrownBy(() -> collide(connection)).hasMessageContaining("Deadlock");
          shop().sell(connection, 2);
        });
  }

  @Test
  void aSwallowedDeadlockWithoutMessagesIsARollback() throws Exception {
    assertDeadlock(
        connection -> {
          Shop.insert(connection, 1);
          assertThatThrownBy(() -> collide(connection)).hasMessageContaining("Deadlock");
          Shop.insert(connection, 2);
        });
  }

  private void assertDeadlock(JdbcTransactions.Action<Exception> work) {
    assertThatThrownBy(() -> shop().transactions().execute(work))
        .isInstanceOf(TransactionRolledBackException.class)
        .hasMessageContaining("LSTP-0726");
    assertNothingSold();
  }

  private void assertNothingSold() {
    try {
      assertThat(Shop.sold(url())).isEmpty();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    assertThat(shop().messages()).isEmpty();
    assertThat(shop().inDoubt()).isZero();
  }

  /** Another session waits for what this one has, and has what this one waits for. */
  private void collide(Connection connection) throws Exception {
    Shop.execute(
        url(),
        "drop table if exists pair; create table pair (id int primary key, n int); insert into pair"
            + " values (1, 0), (2, 0); drop table if exists many; create table many (id int primary"
            + " key)");
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (Connection second = DriverManager.getConnection(url())) {
      second.setAutoCommit(false);
      // It has done more, so that it is this one that gives way.
      execute(second, "insert into many select seq from seq_1_to_500");
      execute(second, "update pair set n = 1 where id = 2");
      execute(connection, "update pair set n = 2 where id = 1");
      Future<?> waits =
          other.submit(
              () -> {
                execute(second, "update pair set n = 3 where id = 1");
                return null;
              });
      try {
        execute(connection, "update pair set n = 4 where id = 2");
      } finally {
        waits.get();
        second.rollback();
      }
    } finally {
      other.shutdownNow();
    }
  }

  @Test
  void aDeadlockIsARollback() throws Exception {
    assertThatThrownBy(
            () ->
                shop()
                    .transactions()
                    .execute(
                        connection -> {
                          shop().sell(connection, 1);
                          collide(connection);
                        }))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("Deadlock");
    assertNothingSold();
  }

  /** Part of its rows is committed then, which nobody can take back; its messages are not sent. */
  @Test
  void aStatementThatCommitsIsNoticed() throws SQLException {
    assertThatThrownBy(
            () ->
                shop()
                    .transactions()
                    .execute(
                        connection -> {
                          shop().sell(connection, 1);
                          execute(connection, "create or replace table made (id int)");
                          shop().sell(connection, 2);
                        }))
        .isInstanceOf(TransactionRolledBackException.class)
        .hasMessageContaining("LSTP-0726");
    assertThat(Shop.sold(url())).containsExactly("1");
    assertThat(shop().messages()).isEmpty();
    Shop.execute(url(), "delete from sold");
  }
}
