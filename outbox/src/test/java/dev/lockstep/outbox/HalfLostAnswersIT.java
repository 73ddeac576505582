package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.LossyProxy;
import dev.lockstep.testkit.LossyProxy.Loss;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The commit is lost, or the answer to it, and the process lives. */
@Timeout(120)
class HalfLostAnswersIT {
  private TestDatabase database;
  private LossyProxy proxy;
  private String url;

  @TempDir private Path directory;

  @BeforeEach
  void start() throws SQLException {
    database = startDatabase();
    url = database.jdbcUrl();
    proxy = database.proxy();
    Shop.createTable(url);
  }

  TestDatabase startDatabase() {
    return new PostgresDatabase(EmbeddedDatabase.builder().embedded().start());
  }

  /** Whether what only PostgreSQL has is to be tested. */
  boolean isPostgres() {
    return true;
  }

  @AfterEach
  void stop() {
    proxy.close();
    database.close();
  }

  private void assertAgreed(Shop shop, String... sold) throws SQLException {
    assertThat(shop.inDoubt()).isZero();
    assertThat(Shop.sold(url)).containsExactly(sold);
    assertThat(shop.messages()).containsExactly(sold);
  }

  /** Of the driver; some change what it sends. */
  List<String> driverSettings() {
    return List.of("", "&prepareThreshold=1", "&preferQueryMode=extendedForPrepared");
  }

  /** Those of marker and commit, and whatever else is sent then. */
  int roundTripsAtTheEnd() {
    return 1;
  }

  @Test
  void markerAndCommitTakeOneRoundTrip() throws SQLException {
    for (String settings : driverSettings()) {
      Shop.createTable(url);
      // One connection: a pool that opens more beside has round trips, too.
      try (HikariDataSource one = Shop.pool(proxy.jdbcUrl() + settings, 1);
          HikariDataSource others = Shop.pool(url);
          Shop shop =
              Shop.open(
                  directory.resolve("log" + settings.length()),
                  url,
                  source -> one,
                  builder -> builder.checkBack(others))) {
        shop.sell(1);
        int before =
            shop.transactions()
                .run(
                    connection -> {
                      shop.sell(connection, 2);
                      return proxy.roundTrips();
                    });
        assertThat(proxy.roundTrips()).as(settings).isEqualTo(before + roundTripsAtTheEnd());
        assertThatThrownBy(() -> shop.sell(2)).as(settings).isInstanceOf(SQLException.class);
        assertAgreed(shop, "1", "2");
      }
    }
  }

  /** The driver sends the two one by one then. */
  @Test
  @EnabledIf("isPostgres")
  void aMarkerThatFailsIsNotCommittedInSimpleQueryModeEither() throws SQLException {
    try (Shop shop = Shop.open(directory, proxy.jdbcUrl() + "&preferQueryMode=simple")) {
      shop.sell(1);
      for (String table : Shop.markerTables(url)) {
        Shop.execute(url, "alter table " + table + " rename to hidden_" + table);
      }
      assertThatThrownBy(() -> shop.sell(2)).isInstanceOf(TransactionRolledBackException.class);
      assertAgreed(shop, "1");
    }
  }

  @Test
  @EnabledIf("isPostgres")
  void aDriverThatSetsSavepointsOfItsOwnDoesNoHarm() throws SQLException {
    try (Shop shop = Shop.open(directory, proxy.jdbcUrl() + "&autosave=always")) {
      shop.sell(1);
      assertThatThrownBy(() -> shop.sell(1)).isInstanceOf(SQLException.class);
      assertAgreed(shop, "1");
    }
  }

  @Test
  void aLostAnswerToTheCommitIsLookedUp() throws SQLException {
    try (Shop shop = Shop.open(directory, proxy.jdbcUrl())) {
      proxy.lose(database.marker(), Loss.ANSWER);
      shop.sell(1);
      assertThat(proxy.losses()).isOne();
      assertAgreed(shop, "1");
    }
  }

  @Test
  void aLostCommitIsARollback() throws SQLException {
    try (Shop shop = Shop.open(directory, proxy.jdbcUrl())) {
      proxy.lose(database.marker(), Loss.STATEMENT);
      assertThatThrownBy(() -> shop.sell(1)).isInstanceOf(TransactionRolledBackException.class);
      assertThat(proxy.losses()).isOne();
      assertAgreed(shop);
      shop.sell(2);
      assertAgreed(shop, "2");
    }
  }

  /** Check-back's own tombstone is no marker, though it is in the way of a second one. */
  @Test
  void aTombstoneIsRetried() throws SQLException {
    try (Shop shop = Shop.open(directory, proxy.jdbcUrl())) {
      proxy.lose(database.either(), Loss.STATEMENT, Loss.ANSWER, Loss.ANSWER);
      assertThatThrownBy(() -> shop.sell(1)).isInstanceOf(TransactionRolledBackException.class);
      assertThat(proxy.losses()).isEqualTo(3);
      assertAgreed(shop);
    }
  }

  /** The marker is in the way of a tombstone, whose answer is lost besides. */
  @Test
  void aFenceThatComesTooLateIsRetried() throws SQLException {
    try (Shop shop = Shop.open(directory, proxy.jdbcUrl())) {
      proxy.lose(database.either(), Loss.ANSWER, Loss.ANSWER, Loss.STATEMENT);
      shop.sell(1);
      assertThat(proxy.losses()).isEqualTo(3);
      assertAgreed(shop, "1");
    }
  }

  /** The database is gone before it has said anything, comes back, and knows. */
  @Test
  void theDatabaseGoesAwayAndComesBack() throws Exception {
    try (Shop shop =
        Shop.open(
            directory, proxy.jdbcUrl(), builder -> builder.outcomeWait(Duration.ofMillis(1)))) {
      shop.sell(1);
      LossyProxy.Held held = proxy.hold(database.marker());
      ExecutorService clerk = Executors.newSingleThreadExecutor();
      try {
        Future<?> selling =
            clerk.submit(
                () -> {
                  shop.sell(2);
                  return null;
                });
        held.awaitArrival();
        database.kill();
        held.release();
        assertThatThrownBy(selling::get)
            .hasCauseInstanceOf(OutcomeUnknownException.class)
            .hasMessageContaining("Check-back goes on asking");
      } finally {
        clerk.shutdownNow();
      }
      assertThat(shop.inDoubt()).isOne();
      await()
          .until(
              () ->
                  shop.lockstep().diagnose().findings().stream()
                      .anyMatch(finding -> finding.code().equals("LSTP-0927")));
      database.restart();
      await().atMost(Duration.ofSeconds(60)).until(() -> shop.inDoubt() == 0);
      assertAgreed(shop, "1");
      shop.sell(3);
      assertAgreed(shop, "1", "3");
    }
  }

  /** Commits are never reported before it is known. */
  @Test
  void anOutcomeThatIsNotKnownInTimeIsSaidToBeSo() throws SQLException {
    try (Shop shop =
        Shop.open(
            directory, proxy.jdbcUrl(), builder -> builder.outcomeWait(Duration.ofMillis(1)))) {
      LossyProxy.Held tombstone = proxy.hold(database.tombstone());
      proxy.lose(database.marker(), Loss.ANSWER);
      assertThatThrownBy(() -> shop.sell(1)).isInstanceOf(OutcomeUnknownException.class);
      assertThat(shop.inDoubt()).isOne();
      assertThat(shop.messages()).isEmpty();
      tombstone.release();
      await().until(() -> shop.inDoubt() == 0);
      assertAgreed(shop, "1");
    }
  }
}
