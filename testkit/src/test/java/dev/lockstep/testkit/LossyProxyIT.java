package dev.lockstep.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.testkit.LossyProxy.Loss;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LossyProxyIT {
  private EmbeddedDatabase database;
  private LossyProxy proxy;

  @BeforeAll
  void start() {
    database = EmbeddedDatabase.builder().embedded().start();
    proxy = LossyProxy.before(database.jdbcUrl());
  }

  @AfterAll
  void stop() {
    proxy.close();
    database.close();
  }

  private static void execute(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private int count(String table) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from " + table)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void losesOneStatementOrItsAnswer(Loss loss) throws SQLException {
    String table = "lost_" + loss;
    execute(database.jdbcUrl(), "create table " + table + " (id int)");
    int before = proxy.losses();
    proxy.lose("values (2)", loss);
    try (Connection connection = DriverManager.getConnection(proxy.jdbcUrl());
        Statement statement = connection.createStatement()) {
      statement.execute("insert into " + table + " values (1)");
      assertThatThrownBy(() -> statement.execute("insert into " + table + " values (2)"))
          .isInstanceOf(SQLException.class);
      assertThat(connection.isValid(5)).isFalse();
    }
    assertThat(proxy.losses()).isEqualTo(before + 1);
    assertThat(count(table)).isEqualTo(loss == Loss.STATEMENT ? 1 : 2);

    execute(proxy.jdbcUrl(), "insert into " + table + " values (2)");
    assertThat(proxy.losses()).isEqualTo(before + 1);
  }

  @Test
  void isGoneWhenItIsClosed() {
    LossyProxy other = LossyProxy.before(database.jdbcUrl());
    other.close();
    assertThatThrownBy(() -> execute(other.jdbcUrl(), "select 1")).isInstanceOf(SQLException.class);
  }

  @Test
  void holdsAStatementUpForLongerThanTheApplicationLives() throws Exception {
    execute(database.jdbcUrl(), "create table held (id int)");
    LossyProxy.Held held = proxy.hold("values (7)");
    Connection connection = DriverManager.getConnection(proxy.jdbcUrl());
    Thread application =
        new Thread(
            () -> {
              try (Statement statement = connection.createStatement()) {
                statement.execute("insert into held values (7)");
              } catch (SQLException e) {
                return; // it ends before it is answered
              }
            });
    application.start();
    held.awaitArrival();
    connection.abort(Runnable::run);
    application.join();
    assertThat(count("held")).isZero();
    held.release();
    await().until(() -> count("held") == 1);
  }

  @Test
  void countsRoundTrips() throws SQLException {
    try (Connection connection = DriverManager.getConnection(proxy.jdbcUrl());
        Statement statement = connection.createStatement()) {
      int before = proxy.roundTrips();
      statement.execute("select 1; select 2");
      assertThat(proxy.roundTrips()).isEqualTo(before + 1);
      statement.execute("select 1");
      statement.execute("select 2");
      assertThat(proxy.roundTrips()).isEqualTo(before + 3);
    }
  }
}
