package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.DecisionRefusedException;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.Transactions.Case;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.outbox.ShopProcess.Point;
import dev.lockstep.spi.Decision;
import dev.lockstep.testkit.Child;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.LossyProxy;
import dev.lockstep.testkit.LossyProxy.Loss;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Asking for outcomes: at the start, of the wrong database, with others in the way, by hand. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheckBackIT {
  private TestDatabase database;
  private LossyProxy proxy;
  String url;

  @TempDir Path directory;

  @BeforeAll
  void start() {
    database = startDatabase();
    url = database.jdbcUrl();
    proxy = database.proxy();
  }

  TestDatabase startDatabase() {
    return new PostgresDatabase(EmbeddedDatabase.builder().start());
  }

  /** Whether what only PostgreSQL has is to be tested. */
  boolean isPostgres() {
    return true;
  }

  @AfterAll
  void stop() {
    proxy.close();
    database.close();
  }

  @BeforeEach
  void createTable() throws SQLException {
    Shop.createTable(url);
  }

  @AfterEach
  void dropTables() throws SQLException {
    Shop.dropMarkerTables(url);
  }

  private Shop openImpatient(String at) {
    return Shop.open(directory, at, builder -> builder.outcomeWait(Duration.ofMillis(1)));
  }

  private void kill(Point point) throws Exception {
    try (Child child =
        Child.start(ShopProcess.class, directory.toString(), url, "2", point.name())) {
      assertThat(child.rest()).containsExactly("sold 1");
    }
  }

  /** It has its marker already, and is not committed yet; its client has given up. */
  @Test
  @EnabledIf("isPostgres")
  void waitsForATransactionThatHasItsMarkerAndThenCommits() throws Exception {
    Shop.execute(
        url,
        "create or replace function wait_for_it() returns trigger language plpgsql as $$ begin"
            + " perform pg_advisory_xact_lock(42); return null; end $$");
    Shop.execute(
        url,
        "create constraint trigger late after insert on sold deferrable initially deferred for each"
            + " row execute function wait_for_it()");
    try (HikariDataSource patient = Shop.pool(url);
        Shop shop =
            Shop.open(
                directory,
                url + "&socketTimeout=1",
                builder -> builder.checkBack(patient).outcomeWait(Duration.ofMillis(1)));
        Connection other = DriverManager.getConnection(url);
        Statement statement = other.createStatement()) {
      statement.execute("select pg_advisory_lock(42)");
      sellBehindADoor(
          shop, "held up by backend", () -> statement.execute("select pg_advisory_unlock(42)"));
    }
  }

  /** Opens the door when check-back has said what it waits for. */
  final void sellBehindADoor(Shop shop, String obstacle, AnyShop.Work open) throws Exception {
    assertThatThrownBy(() -> shop.sell(1)).isInstanceOf(OutcomeUnknownException.class);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                shop.lockstep().diagnose().findings().stream()
                    .anyMatch(finding -> finding.problem().contains(obstacle)));
    assertThat(shop.inDoubt()).isOne();
    open.run();
    await().atMost(Duration.ofSeconds(30)).until(() -> shop.inDoubt() == 0);
    assertThat(Shop.sold(url)).containsExactly("1");
    assertThat(shop.messages()).containsExactly("1");
  }

  @Test
  void theOpenDecidesWhatAKillHasLeft() throws Exception {
    kill(Point.BEHIND_THE_COMMIT);
    try (Shop shop = Shop.open(directory, url)) {
      assertThat(shop.inDoubt()).isZero();
      assertThat(shop.messages()).containsExactly("1", "2");
    }
  }

  /** It opens, loses nothing, and decides when the database is back. */
  @Test
  void theDatabaseIsAwayAtTheStart() throws Exception {
    kill(Point.BEHIND_THE_COMMIT);
    LossyProxy away = LossyProxy.before(url);
    String nowhere = away.jdbcUrl();
    away.close();
    try (Shop shop =
        Shop.open(directory, nowhere, builder -> builder.checkBackWait(Duration.ofMillis(100)))) {
      assertThat(shop.inDoubt()).isOne();
      assertThat(shop.messages()).containsExactly("1");
      assertThat(shop.lockstep().diagnose().findings())
          .anyMatch(finding -> finding.code().equals("LSTP-0922"));
      assertThatThrownBy(() -> shop.sell(3)).isInstanceOf(TransactionRolledBackException.class);
    }
    try (Shop shop = Shop.open(directory, url)) {
      assertThat(shop.messages()).containsExactly("1", "2");
    }
  }

  @Test
  void anotherDatabaseDecidesNothing() throws Exception {
    kill(Point.BEHIND_THE_COMMIT);
    Shop.execute(url, "drop database if exists other");
    Shop.execute(url, "create database other");
    String other = url.replaceFirst("/[a-z]+[?]", "/other?");
    try (Shop shop = openImpatient(other)) {
      await()
          .until(
              () ->
                  shop.lockstep().diagnose().findings().stream()
                      .anyMatch(finding -> finding.toString().contains("LSTP-0934")));
      assertThat(shop.inDoubt()).isOne();
      String id = shop.lockstep().transactions().inDoubt().get(0).transactionId();
      assertThatThrownBy(() -> shop.lockstep().transactions().rollback(id, "no marker there"))
          .isInstanceOf(DecisionRefusedException.class)
          .hasMessageContaining("LSTP-0934");
      assertThat(shop.messages()).containsExactly("1");
    }
    try (Shop shop = Shop.open(directory, url)) {
      assertThat(shop.messages()).containsExactly("1", "2");
    }
  }

  @Test
  void theDeskHasTheProof() throws Exception {
    try (Shop shop = openImpatient(proxy.jdbcUrl())) {
      LossyProxy.Held tombstone = proxy.hold(database.tombstone());
      proxy.lose(database.marker(), Loss.ANSWER);
      assertThatThrownBy(() -> shop.sell(1)).isInstanceOf(OutcomeUnknownException.class);
      assertThat(shop.lockstep().transactions().desk().cases())
          .extracting(Case::decision)
          .containsExactly(Decision.UNKNOWN);
      tombstone.release();
      await().until(() -> shop.inDoubt() == 0);
      assertThat(shop.messages()).containsExactly("1");
    }
  }

  /** What is decided by hand as the database has it is forgotten, once check-back has seen it. */
  @Test
  void aDecisionByHandThatIsRightIsForgotten() throws Exception {
    decideByHand(Decision.COMMIT);
  }

  @Test
  void aDecisionByHandThatIsWrongIsKept() throws Exception {
    decideByHand(Decision.ROLLBACK);
  }

  private void decideByHand(Decision decision) throws Exception {
    try (Shop shop = openImpatient(proxy.jdbcUrl())) {
      LossyProxy.Held tombstone = proxy.hold(database.tombstone());
      proxy.lose(database.marker(), Loss.ANSWER);
      assertThatThrownBy(() -> shop.sell(1)).isInstanceOf(OutcomeUnknownException.class);
      String id = shop.lockstep().transactions().inDoubt().get(0).transactionId();
      if (decision == Decision.COMMIT) {
        shop.lockstep().transactions().commit(id, "the row is there", Resolve.FORCED);
      } else {
        shop.lockstep().transactions().rollback(id, "a mistake", Resolve.FORCED);
      }
      assertThat(shop.inDoubt()).as("heuristic").isOne();
      tombstone.release();
      if (decision == Decision.COMMIT) {
        await().until(() -> shop.inDoubt() == 0);
        assertThat(shop.messages()).containsExactly("1");
      } else {
        shop.sell(2); // check-back goes on
        assertThat(shop.messages()).containsExactly("2");
        assertThat(shop.inDoubt()).isOne();
        shop.lockstep().transactions().forget(id, "repaired");
      }
    }
  }

  final void open(JdbcTransactions transactions, String... allowed) {
    Lockstep.open(
            LockstepConfig.builder()
                .dataDir(directory)
                .segmentSize(1 << 20)
                .maxMessageBytes(1 << 16)
                .allow(allowed)
                .transactions(transactions)
                .build())
        .close();
  }

  @Test
  void withoutTablesTheOpenIsRefusedWithTheirDefinition() throws SQLException {
    try (HikariDataSource pool = Shop.pool(url)) {
      JdbcTransactions transactions = JdbcTransactions.over(pool);
      String message = refusal(transactions);
      assertThat(message).contains("LSTP-0920");
      String ddl = message.substring(message.indexOf("CREATE TABLE"), message.lastIndexOf(";") + 1);
      Shop.execute(url, ddl);
      assertThat(Shop.markerTables(url)).hasSize(3);
      open(transactions);
    }
  }

  final String refusal(JdbcTransactions transactions) {
    try {
      open(transactions);
      return "";
    } catch (InvalidConfigException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  @EnabledIf("isPostgres")
  void tablesThatCantBeTrustedAreRefused() throws SQLException {
    try (HikariDataSource pool = Shop.pool(url)) {
      open(JdbcTransactions.builder(pool).createTables().build());
      String table = Shop.markerTables(url).get(1);
      Shop.execute(url, "alter table " + table + " drop constraint " + table + "_pkey");
      assertThat(refusal(JdbcTransactions.over(pool)))
          .contains("LSTP-0921")
          .contains("unique index")
          .contains(table);
      Shop.execute(url, "drop table " + table);
      Shop.execute(
          url, "create unlogged table " + table + " (id uuid primary key, kind \"char\" not null)");
      assertThat(refusal(JdbcTransactions.over(pool))).contains("survives a crash");
    }
  }

  @Test
  @EnabledIf("isPostgres")
  void aUserWithoutRightsIsRefused() throws SQLException {
    Shop.execute(url, "drop role if exists clerk; create role clerk login password 'x'");
    try (HikariDataSource pool = Shop.pool(url);
        HikariDataSource clerks = Shop.pool(url.replace("user=postgres", "user=clerk"))) {
      assertThat(refusal(JdbcTransactions.builder(clerks).createTables().build()))
          .contains("LSTP-0920")
          .contains("permission denied");
      open(JdbcTransactions.builder(pool).createTables().build());
      String message = refusal(JdbcTransactions.over(clerks));
      assertThat(message).contains("may not SELECT, INSERT and TRUNCATE").contains("TO \"clerk\"");
      Shop.execute(
          url,
          message.substring(
              message.indexOf("GRANT"), message.indexOf(";", message.indexOf("GRANT"))));
      open(JdbcTransactions.over(clerks));
    } finally {
      Shop.dropMarkerTables(url);
      Shop.execute(url, "drop role clerk");
    }
  }

  @Test
  @EnabledIf("isPostgres")
  void aDatabaseThatDoesNotForceIsRefusedUnlessThatIsAllowed() throws SQLException {
    try (EmbeddedDatabase careless =
            EmbeddedDatabase.builder().embedded().setting("fsync", "off").start();
        HikariDataSource pool = Shop.pool(careless.jdbcUrl())) {
      JdbcTransactions transactions = JdbcTransactions.builder(pool).createTables().build();
      assertThat(refusal(transactions)).contains("LSTP-0924").contains("lockstep.allow=fsync-off");
      open(transactions, "fsync-off");
    }
  }

  @Test
  void oneBindingHasOneLog() {
    try (HikariDataSource pool = Shop.pool(url)) {
      JdbcTransactions transactions = JdbcTransactions.builder(pool).createTables().build();
      try (Lockstep first = Shop.lockstep(directory.resolve("a"), transactions)) {
        assertThat(first.diagnose().healthy()).isTrue();
        assertThatThrownBy(() -> Shop.lockstep(directory.resolve("b"), transactions))
            .isInstanceOf(InvalidConfigException.class)
            .hasMessageContaining("one at a time");
      }
      Shop.lockstep(directory.resolve("b"), transactions).close();
    }
  }
}
