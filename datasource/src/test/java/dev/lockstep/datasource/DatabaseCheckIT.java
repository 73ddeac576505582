package dev.lockstep.datasource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Participant.Prepared;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DatabaseCheckIT {

  @Test
  void aDatabaseThatPreparesNothingIsRefused() {
    try (EmbeddedDatabase database =
        EmbeddedDatabase.builder().embedded().maxPreparedTransactions(0).start()) {
      assertThatThrownBy(() -> builder(database.jdbcUrl()).maximumPoolSize(7).build())
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageStartingWith("LSTP-0201: data source 'shop': jdbc:postgresql://127.0.0.1:")
          .hasMessageContaining("has max_prepared_transactions = 0")
          .hasMessageContaining(
              "set max_prepared_transactions = 7 in postgresql.conf (the sum over all pools that use"
                  + " this server), and restart PostgreSQL")
          .hasMessageNotContaining("user=");
    }
  }

  @Test
  void aDatabaseThatForcesNothingIsRefusedUnlessAllowed() throws Exception {
    try (EmbeddedDatabase database =
        EmbeddedDatabase.builder().embedded().setting("fsync", "off").start()) {
      assertThatThrownBy(() -> builder(database.jdbcUrl()).build())
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("has fsync = off")
          .hasMessageContaining("[LSTP-0605, lockstep.allow=fsync-off]");
      try (TransactionalDataSource source =
          builder(database.jdbcUrl()).allow("fsync-off").build()) {
        assertThat(source.diagnose(Optional.empty()))
            .singleElement()
            .satisfies(finding -> assertThat(finding.isAllowed()).isTrue());
      }
    }
  }

  @Test
  void whatIsSlowOrOutOfOrderIsFoundOnDemand() throws Exception {
    try (EmbeddedDatabase database = EmbeddedDatabase.builder().embedded().start();
        TransactionalDataSource source =
            builder(database.jdbcUrl()).connectionTimeout(Duration.ofSeconds(10)).build()) {
      assertThat(source.diagnose(Optional.of(Duration.ofSeconds(11)))).isEmpty();
      assertThat(source.diagnose(Optional.of(Duration.ofSeconds(10))))
          .extracting(Finding::code)
          .containsExactly("LSTP-0607");
      execute(database, "ALTER ROLE postgres SET synchronous_commit = off");
      execute(database, "ALTER ROLE postgres SET statement_timeout = '12s'");
      execute(database, "ALTER ROLE postgres SET idle_in_transaction_session_timeout = '10s'");
      assertThat(source.diagnose(Optional.of(Duration.ofSeconds(11))))
          .extracting(Finding::code)
          .containsExactly("LSTP-0606", "LSTP-0608", "LSTP-0609");
      assertThat(source.diagnose(Optional.empty()))
          .as("nothing is known of the transactions' timeout")
          .extracting(Finding::code)
          .containsExactly("LSTP-0606");
      execute(database, "ALTER ROLE postgres SET synchronous_commit = remote_write");
      assertThat(source.diagnose(Optional.empty())).isEmpty();
    }
  }

  @Test
  void twoWaysToOneDatabaseHaveOneIdentityAndAnyUserSeesIt() throws Exception {
    try (EmbeddedDatabase database = EmbeddedDatabase.builder().embedded().start()) {
      execute(database, "CREATE DATABASE other");
      execute(database, "CREATE ROLE plain LOGIN PASSWORD 'plain'");
      String url = database.jdbcUrl();
      String plain =
          url.replaceFirst("user=[^&]*", "user=plain")
              .replaceFirst("password=[^&]*", "password=plain");
      String other = url.replaceFirst("/[a-z]+\\?", "/other?");
      assertThat(other).isNotEqualTo(url);
      assertThat(plain).isNotEqualTo(url);
      try (TransactionalDataSource one = builder(url).build();
          TransactionalDataSource two = builder(plain).build();
          TransactionalDataSource third = builder(other).build()) {
        assertThat(one.identity()).isPresent().isEqualTo(two.identity());
        assertThat(third.identity()).isPresent().isNotEqualTo(one.identity());
        database.killPostmaster();
        assertThat(one.identity()).isEmpty();
        assertThat(one.diagnose(Optional.empty()))
            .extracting(Finding::code)
            .containsExactly("LSTP-0603");
      }
    }
  }

  @Test
  void whatIsPreparedIsListedWithWhoWaitsForIt() throws Exception {
    try (EmbeddedDatabase database = EmbeddedDatabase.builder().embedded().start();
        TransactionalDataSource source = builder(database.jdbcUrl()).build()) {
      execute(database, "CREATE TABLE t (id INT PRIMARY KEY)");
      execute(database, "INSERT INTO t VALUES (1), (2)");
      assertThat(source.prepared()).isEmpty();
      prepare(database, "UPDATE t SET id = id WHERE id = 1", "131077_AQI=_Aw==");
      prepare(database, "LOCK TABLE t IN ROW SHARE MODE", "somebody's own name");
      prepare(database, "UPDATE t SET id = id WHERE id = 2", "131077_AQM=_Aw==");
      assertThat(source.prepared()).extracting(Prepared::blocked).containsOnly(List.of());

      ExecutorService threads = Executors.newFixedThreadPool(2);
      try {
        Future<?> row = threads.submit(() -> waitFor(database, "UPDATE t SET id = 1 WHERE id = 1"));
        Future<?> table = threads.submit(() -> waitFor(database, "ALTER TABLE t ADD n INT"));
        await()
            .atMost(Duration.ofSeconds(60))
            .until(
                () ->
                    source.prepared().stream().mapToInt(branch -> branch.blocked().size()).sum()
                        >= 2);
        assertThat(source.prepared())
            .extracting(Prepared::id)
            .containsExactly(
                BranchId.of(131077, new byte[] {1, 2}, new byte[] {3}),
                BranchId.of(131077, new byte[] {1, 3}, new byte[] {3}));
        assertThat(source.prepared().get(0).nativeName()).isEqualTo("131077_AQI=_Aw==");
        assertThat(source.prepared().get(0).blocked())
            .allSatisfy(
                line -> assertThat(line).matches("backend \\d+ of user postgres, .*'waiter'"));
        execute(database, "COMMIT PREPARED '131077_AQI=_Aw=='");
        execute(database, "COMMIT PREPARED '131077_AQM=_Aw=='");
        execute(database, "ROLLBACK PREPARED 'somebody''s own name'");
        row.get(60, TimeUnit.SECONDS);
        table.get(60, TimeUnit.SECONDS);
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private static @Nullable Void waitFor(EmbeddedDatabase database, String sql) throws SQLException {
    execute(database.jdbcUrl() + "&ApplicationName=waiter", sql);
    return null;
  }

  private static void prepare(EmbeddedDatabase database, String sql, String gid)
      throws SQLException {
    execute(database, "BEGIN; " + sql + "; PREPARE TRANSACTION '" + gid.replace("'", "''") + "'");
  }

  private static void execute(EmbeddedDatabase database, String sql) throws SQLException {
    execute(database.jdbcUrl(), sql);
  }

  private static void execute(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aDatabaseThatPreparesLessThanThePoolMayUseIsServedAllTheSame() throws Exception {
    try (EmbeddedDatabase database =
            EmbeddedDatabase.builder().embedded().maxPreparedTransactions(2).start();
        TransactionalDataSource source = builder(database.jdbcUrl()).maximumPoolSize(3).build();
        Connection connection = source.getConnection()) {
      assertThat(connection.isValid(5)).isTrue();
      assertThat(source.diagnose(Optional.empty()))
          .extracting(Finding::code)
          .containsExactly("LSTP-0602");
    }
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsRefused() {
    assertThatThrownBy(
            () -> builder("jdbc:postgresql://127.0.0.1:1/shop?user=me&password=secret").build())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(
            "data source 'shop': jdbc:postgresql://127.0.0.1:1/shop cannot be used: ")
        .hasMessageContaining("see whether PostgreSQL runs there")
        .hasMessageNotContaining("secret");
  }

  @Test
  void anotherUrlIsRefused() {
    assertThatThrownBy(() -> GuardedXADataSource.of("jdbc:mysql://host/shop?password=secret"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("'jdbc:mysql://host/shop' is not a JDBC URL of PostgreSQL")
        .hasMessageNotContaining("secret");
  }

  @Test
  void allProblemsAreNamedAtOnce() {
    assertThatThrownBy(
            () ->
                TransactionalDataSource.builder(
                        GuardedXADataSource.of("jdbc:postgresql://127.0.0.1:1/shop"))
                    .maximumPoolSize(0)
                    .connectionTimeout(Duration.ZERO)
                    .build())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("maximumPoolSize is 0; use at least 1")
        .hasMessageContaining("connectionTimeout is PT0S; use at least PT0.25S")
        .hasMessageContaining("set transactionManager and synchronizationRegistry");
  }

  private static TransactionalDataSourceBuilder builder(String url) {
    return TransactionalDataSource.builder(GuardedXADataSource.of(url))
        .name("shop")
        .transactionManager(Narayana.manager())
        .synchronizationRegistry(Narayana.registry());
  }
}
