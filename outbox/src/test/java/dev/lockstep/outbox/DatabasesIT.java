package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.Transactions.InDoubt;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.outbox.relay.OutboxRelay;
import dev.lockstep.testkit.Child;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.LossyProxy;
import dev.lockstep.testkit.LossyProxy.Loss;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One log, and two databases of one server. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabasesIT {
  private EmbeddedDatabase database;
  private String first;
  private String second;

  @TempDir private Path directory;

  @BeforeAll
  void start() throws SQLException {
    database = EmbeddedDatabase.builder().start();
    first = database.jdbcUrl();
    second = first.replaceFirst("/[a-z]+[?]", "/second?");
    Shop.execute(first, "drop database if exists second");
    Shop.execute(first, "create database second");
  }

  @AfterAll
  void stop() {
    database.close();
  }

  @BeforeEach
  void createTables() throws SQLException {
    Shop.createTable(first);
    Shop.createTable(second);
  }

  @AfterEach
  void dropTables() throws SQLException {
    Shop.dropMarkerTables(first);
    Shop.dropMarkerTables(second);
  }

  private TwoShops open() {
    return TwoShops.open(directory, first, second);
  }

  @Test
  void eachTransactionGoesWithItsDatabase() throws SQLException {
    try (TwoShops shops = open()) {
      shops.sell(shops.first(), 1);
      shops.sell(shops.second(), 2);
      assertThatThrownBy(
              () ->
                  shops
                      .second()
                      .execute(
                          connection -> {
                            Shop.insert(connection, 3);
                            shops.send(3);
                            throw new IllegalStateException();
                          }))
          .isInstanceOf(IllegalStateException.class);
      assertThat(Shop.sold(first)).containsExactly("1");
      assertThat(Shop.sold(second)).containsExactly("2");
      assertThat(shops.messages()).containsExactly("1", "2");
      assertThat(shops.lockstep().diagnose().healthy()).isTrue();
      for (String url : List.of(first, second)) {
        int markers = 0;
        for (String table : Shop.markerTables(url)) {
          markers += Shop.query(url, "select id from " + table).size();
        }
        assertThat(markers).isOne();
      }
    }
  }

  @Test
  void twoInOneTransactionAreRefused() throws SQLException {
    try (TwoShops shops = open()) {
      assertThatThrownBy(
              () ->
                  shops
                      .first()
                      .execute(
                          connection -> {
                            Shop.insert(connection, 1);
                            shops.sell(shops.second(), 2);
                          }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("database 'second' within one of database 'first'")
          .hasMessageContaining("LSTP-0727");
      assertThat(Shop.sold(first)).isEmpty();
      assertThat(Shop.sold(second)).isEmpty();
      assertThat(shops.messages()).isEmpty();
    }
  }

  @Test
  void oneDatabaseByTwoNamesIsRefused() {
    assertThatThrownBy(() -> TwoShops.open(directory, first, first))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("LSTP-0939");
  }

  /** One has committed in its database, and the other has not. */
  @Test
  void aKilledProcessLeavesTransactionsOfBoth() throws Exception {
    try (Child child = Child.start(TwoShopsProcess.class, directory.toString(), first, second)) {
      child.awaitLine("in doubt 2");
      child.kill();
    }
    try (TwoShops shops = open()) {
      await().until(() -> shops.inDoubt() == 0);
      assertThat(Shop.sold(first)).containsExactly("1", "11");
      assertThat(Shop.sold(second)).containsExactly("2");
      assertThat(shops.messages()).containsExactlyInAnyOrder("1", "2", "11");
    }
  }

  @Test
  void oneIsAwayAndTheOtherGoesOn() throws Exception {
    LossyProxy way = LossyProxy.before(first + "&prepareThreshold=0");
    try (TwoShops shops = TwoShops.open(directory, way.jdbcUrl(), second)) {
      loseAnAnswer(shops, way);
      assertThatThrownBy(() -> shops.sell(shops.first(), 3)).isInstanceOf(Exception.class);
      shops.sell(shops.second(), 2);
      assertThat(shops.messages()).containsExactly("2");
      assertThat(shops.lockstep().transactions().inDoubt())
          .extracting(InDoubt::waitsFor)
          .singleElement()
          .asString()
          .startsWith("the transaction of database 'first'");
    }
    try (TwoShops shops = TwoShops.open(directory, way.jdbcUrl(), second)) {
      shops.sell(shops.second(), 4); // it opens, too
      assertThat(shops.inDoubt()).isOne();
    }
    try (TwoShops shops = open()) {
      await().until(() -> shops.inDoubt() == 0);
      assertThat(shops.messages()).containsExactlyInAnyOrder("1", "2", "4");
    }
  }

  /** What is in doubt in the one has nothing to do with the rows of the other. */
  @Test
  void aRelayOfTheOtherGoesOn() throws Exception {
    Shop.execute(
        second,
        "drop table if exists outbox; create table outbox (id int, topic text, payload text);"
            + " insert into outbox values (1, 'orders', '7'), (2, 'orders', '8')");
    LossyProxy way = LossyProxy.before(first + "&prepareThreshold=0");
    try (TwoShops shops = TwoShops.open(directory, way.jdbcUrl(), second)) {
      loseAnAnswer(shops, way);
      try (HikariDataSource sessions = Shop.pool(second);
          OutboxRelay relay =
              OutboxRelay.builder(shops.lockstep(), shops.second(), sessions)
                  .table("public", "outbox")
                  .pollInterval(Duration.ofMillis(20))
                  .start()) {
        await().until(() -> shops.messages().equals(List.of("7", "8")));
        assertThat(relay.obstacle()).isEmpty();
      }
      assertThat(shops.inDoubt()).isOne();
    }
  }

  /** Sells something in the first database, and closes the way to it behind the commit. */
  private static void loseAnAnswer(TwoShops shops, LossyProxy way) {
    LossyProxy.Held tombstone = way.hold("VALUES ($1, 'R')");
    way.lose("VALUES ($1, CASE", Loss.ANSWER);
    assertThatThrownBy(() -> shops.sell(shops.first(), 1))
        .isInstanceOf(OutcomeUnknownException.class);
    way.close();
    tombstone.release(); // it finds no way
  }

  private void leaveOneInDoubt() {
    LossyProxy way = LossyProxy.before(first + "&prepareThreshold=0");
    try (TwoShops shops = TwoShops.open(directory, way.jdbcUrl(), second)) {
      loseAnAnswer(shops, way);
    }
  }

  @Test
  void aDatabaseThatIsNotConfiguredAnyMoreIsNamed() throws SQLException {
    leaveOneInDoubt();
    Shop.execute(first, "create database third");
    String third = first.replaceFirst("/[a-z]+[?]", "/third?");
    Shop.createTable(third);
    try (TwoShops shops = TwoShops.open(directory, "third", third, "second", second)) {
      assertThat(shops.lockstep().diagnose().findings())
          .anyMatch(
              finding ->
                  finding.code().equals("LSTP-0938")
                      && finding.problem().contains("with 'first'")
                      && finding.problem().contains("only second, third"));
      String id = shops.lockstep().transactions().inDoubt().get(0).transactionId();
      assertThatThrownBy(
              () -> shops.lockstep().transactions().rollback(id, "why not", Resolve.PROVEN))
          .hasMessageContaining("LSTP-0938");
      shops.sell(shops.first(), 2); // the others go on
      assertThat(shops.inDoubt()).isOne();
    }
    Shop.execute(first, "drop database third");
    try (TwoShops shops = open()) {
      await().until(() -> shops.inDoubt() == 0);
      assertThat(shops.messages()).containsExactlyInAnyOrder("1", "2");
    }
  }

  @Test
  void aDatabaseWithAnotherNameIsKnownByWhatItIs() throws SQLException {
    leaveOneInDoubt();
    try (TwoShops shops = TwoShops.open(directory, "renamed", first, "second", second)) {
      await().until(() -> shops.inDoubt() == 0);
      assertThat(shops.messages()).containsExactly("1");
    }
  }

  /** A transaction of a manager says which database it is for, where there are several. */
  @Test
  void aTransactionManagerLeavesTheChoiceToTheApplication() throws Exception {
    TransactionManager manager = Narayana.manager();
    try (TwoJtaShops shops = TwoJtaShops.open(directory, first, second)) {
      manager.begin();
      assertThatThrownBy(() -> shops.send(1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("LSTP-0728");
      manager.rollback();
      for (int shop = 0; shop < 2; shop++) {
        manager.begin();
        shops.use(shop);
        shops.insert(shop, shop);
        shops.send(shop);
        manager.commit();
      }
      manager.begin();
      shops.use(0);
      assertThatThrownBy(() -> shops.use(1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("LSTP-0727");
      manager.rollback();
      await().until(() -> shops.messages().size() == 2);
      assertThat(shops.messages()).containsExactlyInAnyOrder("0", "1");
      assertThat(Shop.sold(first)).containsExactly("0");
      assertThat(Shop.sold(second)).containsExactly("1");
    }
  }
}
