package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Consumer;
import dev.lockstep.Message;
import dev.lockstep.NoTransactionException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.outbox.TransactionSettings.Isolation;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What a transaction over plain JDBC does, and what rolls it back. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JdbcTransactionsIT {
  private TestDatabase database;
  private String url;
  private Shop shop;

  @BeforeAll
  void start() {
    database = startDatabase();
    url = database.jdbcUrl();
  }

  final TestDatabase database() {
    return database;
  }

  final Shop shop() {
    return shop;
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
    database.close();
  }

  @BeforeEach
  void open(@TempDir Path directory) throws SQLException {
    Shop.createTable(url);
    shop = Shop.open(directory, url);
  }

  /** Nothing is left open, and the next transaction goes through. */
  @AfterEach
  void close() throws SQLException {
    try {
      assertThat(shop.inDoubt()).isZero();
      shop.sell(999);
      assertThat(shop.messages()).containsExactlyInAnyOrderElementsOf(Shop.sold(url));
    } finally {
      shop.close();
      Shop.dropMarkerTables(url);
    }
  }

  private int markers() throws SQLException {
    int all = 0;
    for (String table : Shop.markerTables(url)) {
      all += Integer.parseInt(Shop.query(url, "select count(*) from " + table).get(0));
    }
    return all;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void rowsAndMessagesAreCommittedTogether() throws Exception {
    String result =
        shop.transactions()
            .run(
                connection -> {
                  shop.sell(connection, 1);
                  shop.sell(connection, 2);
                  return "done";
                });
    assertThat(result).isEqualTo("done");
    assertThat(shop.messages()).containsExactly("1", "2");
    assertThat(markers()).isEqualTo(1);
  }

  @Test
  void whatTheWorkThrowsRollsBothBack() throws SQLException {
    IOException thrown = new IOException("no more paper");
    assertThatThrownBy(
            () ->
                shop.transactions()
                    .execute(
                        connection -> {
                          shop.sell(connection, 1);
                          throw thrown;
                        }))
        .isSameAs(thrown);
    assertThat(Shop.sold(url)).isEmpty();
    assertThat(shop.messages()).isEmpty();
    assertThat(markers()).isZero();
  }

  @Test
  void anAcknowledgementIsPartOfTheTransaction() throws SQLException {
    shop.sell(1);
    try (Consumer<String> consumer = shop.lockstep().consumer("g", Shop.TOPIC, String.class)) {
      assertThatThrownBy(
              () ->
                  shop.transactions()
                      .execute(
                          connection -> {
                            assertThat(payloads(consumer)).containsExactly("1");
                            throw new IllegalStateException();
                          }))
          .isInstanceOf(IllegalStateException.class);
      shop.transactions()
          .execute(connection -> assertThat(payloads(consumer)).containsExactly("1"));
      assertThat(consumer.committed(0)).hasValue(1);
    }
  }

  private static List<String> payloads(Consumer<String> consumer) {
    return consumer.poll(Duration.ofSeconds(5)).stream().map(Message::payload).toList();
  }

  @Test
  void withoutMessagesNothingIsMarked() throws SQLException {
    shop.transactions().execute(connection -> Shop.insert(connection, 1));
    assertThat(markers()).isZero();
    assertThat(Shop.sold(url)).containsExactly("1");
    shop.transactions().execute(connection -> shop.send(1)); // so that both have it
  }

  @Test
  void aSendOutsideIsRefused() {
    assertThatThrownBy(() -> shop.send(1)).isInstanceOf(NoTransactionException.class);
  }

  @Test
  void anInnerCallJoins() throws SQLException {
    shop.transactions()
        .execute(
            outer -> {
              shop.sell(outer, 1);
              shop.transactions().execute(inner -> shop.sell(inner, 2));
              assertThat(shop.messages()).isEmpty();
            });
    assertThat(shop.messages()).containsExactly("1", "2");
    assertThat(markers()).isEqualTo(1);
  }

  @Test
  void anInnerCallThatThrowsRollsAllOfItBack() throws SQLException {
    IllegalStateException thrown = new IllegalStateException("inner");
    assertThatThrownBy(
            () ->
                shop.transactions()
                    .execute(
                        outer -> {
                          shop.sell(outer, 1);
                          assertThatThrownBy(
                                  () ->
                                      shop.transactions()
                                          .execute(
                                              inner -> {
                                                throw thrown;
                                              }))
                              .isSameAs(thrown);
                          assertThatThrownBy(() -> shop.send(2))
                              .isInstanceOf(TransactionRolledBackException.class)
                              .hasCause(thrown);
                        }))
        .isInstanceOf(TransactionRolledBackException.class)
        .hasCause(thrown);
    assertThat(Shop.sold(url)).isEmpty();
    assertThat(shop.messages()).isEmpty();
  }

  @Test
  void anInnerCallCantAskForMore() {
    assertThatThrownBy(
            () ->
                shop.transactions()
                    .execute(
                        outer ->
                            shop.transactions()
                                .execute(TransactionSettings.defaults().readOnly(), inner -> {})))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("read-only");
  }

  @Test
  void commitAndRollbackAreNotForTheWork() throws SQLException {
    shop.transactions()
        .execute(
            connection -> {
              assertThatThrownBy(connection::commit).hasMessageContaining("return to commit");
              assertThatThrownBy(connection::rollback).hasMessageContaining("throw to roll back");
              assertThatThrownBy(() -> connection.setAutoCommit(true))
                  .hasMessageContaining("setAutoCommit(true)");
              assertThat(connection.getAutoCommit()).isFalse();
              try (Statement statement = connection.createStatement()) {
                assertThatThrownBy(() -> statement.getConnection().commit())
                    .isInstanceOf(SQLException.class);
              }
              connection.close();
              assertThat(connection.isClosed()).isFalse();
              shop.sell(connection, 1);
            });
    assertThat(shop.messages()).containsExactly("1");
  }

  @Test
  void theConnectionIsOfNoUseAfterwards() throws SQLException {
    Connection kept = shop.transactions().run(connection -> connection);
    assertThat(kept.isClosed()).isTrue();
    assertThatThrownBy(kept::createStatement).hasMessageContaining("has ended");
  }

  @Test
  @EnabledIf("isPostgres")
  void connectionsGoBackAsTheyWere() throws SQLException {
    TransactionSettings how =
        TransactionSettings.defaults().isolation(Isolation.SERIALIZABLE).readOnly();
    String show =
        "select current_setting('transaction_isolation') || ' ' ||"
            + " current_setting('transaction_read_only')";
    for (int i = 0; i < 8; i++) {
      String strict = shop.transactions().run(how, connection -> one(connection, show));
      assertThat(strict).isEqualTo("serializable on");
      String plain = shop.transactions().run(connection -> one(connection, show));
      assertThat(plain).isEqualTo("read committed off");
    }
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private void assertRolledBack(JdbcTransactions.Action<SQLException> work, String... says)
      throws SQLException {
    assertRolledBack(TransactionSettings.defaults(), work, says);
  }

  private void assertRolledBack(
      TransactionSettings how, JdbcTransactions.Action<SQLException> work, String... says)
      throws SQLException {
    List<String> before = Shop.sold(url);
    int marked = markers();
    assertThatThrownBy(() -> shop.transactions().execute(how, work))
        .isInstanceOf(TransactionRolledBackException.class)
        .hasCauseInstanceOf(SQLException.class)
        .message()
        .contains(says);
    assertThat(markers()).as("also of tombstones: it is proven at once").isEqualTo(marked);
    assertThat(shop.inDoubt()).isZero();
    assertThat(Shop.sold(url)).isEqualTo(before);
    assertThat(shop.messages()).containsExactlyInAnyOrderElementsOf(before);
  }

  @Test
  void aReadOnlyTransactionIsRolledBack() throws SQLException {
    assertRolledBack(
        TransactionSettings.defaults().readOnly(), connection -> shop.send(1), "LSTP-0721");
  }

  @Test
  void withoutItsMarkerTableNothingIsSent() throws SQLException {
    List<String> tables = Shop.markerTables(url);
    for (String table : tables) {
      Shop.execute(url, "alter table " + table + " rename to hidden_" + table);
    }
    assertThatThrownBy(() -> shop.sell(1))
        .isInstanceOf(TransactionRolledBackException.class)
        .hasMessageContaining("LSTP-0722");
    assertThat(shop.inDoubt()).isZero();
    for (String table : tables) {
      Shop.execute(url, "alter table hidden_" + table + " rename to " + table);
    }
    assertThat(markers()).isZero();
    assertThat(Shop.sold(url)).isEmpty();
    assertThat(shop.messages()).isEmpty();
  }

  @Test
  @EnabledIf("isPostgres")
  void aDeferredConstraintIsARollback() throws SQLException {
    Shop.execute(
        url,
        "drop table if exists once; create table once (id int unique deferrable initially"
            + " deferred)");
    assertRolledBack(
        connection -> {
          shop.sell(connection, 1);
          execute(connection, "insert into once values (1), (1)");
        },
        "once_id_key");
  }

  @Test
  @EnabledIf("isPostgres")
  void aSwallowedErrorIsARollback() throws SQLException {
    assertRolledBack(
        connection -> {
          shop.sell(connection, 1);
          assertThatThrownBy(() -> execute(connection, "select 1 / 0"))
              .isInstanceOf(SQLException.class);
        },
        "transaction is aborted");
  }

  @Test
  @EnabledIf("isPostgres")
  void aSwallowedErrorWithoutMessagesIsARollback() throws SQLException {
    assertRolledBack(
        connection -> {
          Shop.insert(connection, 1);
          assertThatThrownBy(() -> execute(connection, "select 1 / 0"))
              .isInstanceOf(SQLException.class);
        },
        "transaction is aborted");
  }

  @Test
  @EnabledIf("isPostgres")
  void aSerializationFailureIsARollback() throws Exception {
    Shop.execute(url, "drop table if exists duty; create table duty (who text, here boolean)");
    Shop.execute(url, "insert into duty values ('a', true), ('b', true)");
    TransactionSettings serializable =
        TransactionSettings.defaults().isolation(Isolation.SERIALIZABLE);
    assertRolledBack(
        serializable,
        connection -> {
          one(connection, "select count(*) from duty where here");
          execute(connection, "update duty set here = false where who = 'a'");
          shop.send(1);
          // The other one sees what this one changes, and the other way round: write skew.
          goOffDuty();
        },
        "could not serialize access");
  }

  private void goOffDuty() throws SQLException {
    try (Connection other = java.sql.DriverManager.getConnection(url)) {
      other.setAutoCommit(false);
      other.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      one(other, "select count(*) from duty where here");
      execute(other, "update duty set here = false where who = 'b'");
      other.commit();
    }
  }

  /** The marker collides with a lock of somebody who waits for this transaction. */
  @Test
  @EnabledIf("isPostgres")
  void aDeadlockAtTheEndIsARollback() throws Exception {
    Shop.execute(url, "drop table if exists pair; create table pair (id int primary key)");
    Shop.execute(
        url,
        "create or replace function take_two() returns trigger language plpgsql as $$ begin insert"
            + " into pair values (2); return null; end $$");
    Shop.execute(url, "drop table if exists late; create table late (id int)");
    Shop.execute(
        url,
        "create constraint trigger t after insert on late deferrable initially deferred for each"
            + " row execute function take_two()");
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (Connection second = java.sql.DriverManager.getConnection(url)) {
      second.setAutoCommit(false);
      execute(second, "set deadlock_timeout = '10s'"); // so that it is the shop that gives way
      execute(second, "insert into pair values (2)");
      CountDownLatch begun = new CountDownLatch(1);
      assertThatThrownBy(
              () ->
                  shop.transactions()
                      .execute(
                          connection -> {
                            execute(connection, "set local deadlock_timeout = '100ms'");
                            execute(connection, "insert into pair values (1)");
                            execute(connection, "insert into late values (1)");
                            shop.sell(connection, 1);
                            Future<?> waits =
                                other.submit(
                                    () -> {
                                      begun.countDown();
                                      execute(second, "insert into pair values (1)");
                                      return null;
                                    });
                            assertThat(waits).isNotNull();
                            begun.await();
                          }))
          .isInstanceOf(TransactionRolledBackException.class)
          .hasMessageContaining("deadlock detected");
      other.submit(() -> {}).get();
      second.rollback();
    } finally {
      other.shutdownNow();
    }
    assertThat(markers()).isZero();
    assertThat(Shop.sold(url)).isEmpty();
    assertThat(shop.messages()).isEmpty();
  }

  @Test
  @EnabledIf("isPostgres")
  void aCommitIsForcedAlsoWhereSynchronousCommitIsOff() throws SQLException {
    Shop.execute(
        url,
        "drop table if exists seen; create table seen (setting text); create or replace function"
            + " see() returns trigger language plpgsql as $$ begin insert into seen values"
            + " (current_setting('synchronous_commit')); return null; end $$");
    Shop.execute(
        url,
        "create constraint trigger see after insert on sold deferrable initially deferred for each"
            + " row execute function see()");
    shop.transactions()
        .execute(
            connection -> {
              execute(connection, "set local synchronous_commit = off");
              shop.sell(connection, 1);
            });
    shop.transactions()
        .execute(
            connection -> {
              execute(connection, "set local synchronous_commit = remote_write");
              shop.sell(connection, 2);
            });
    assertThat(Shop.query(url, "select setting from seen")).containsExactly("on", "remote_write");
  }

  @Test
  void messagesGoBackToASavepointWithTheRows() throws SQLException {
    shop.transactions()
        .execute(
            connection -> {
              shop.sell(connection, 1);
              Savepoint two = connection.setSavepoint("two");
              assertThat(two.getSavepointName()).isEqualTo("two");
              shop.sell(connection, 2);
              Savepoint three = connection.setSavepoint();
              shop.sell(connection, 3);
              connection.rollback(three);
              shop.sell(connection, 4);
              connection.rollback(two);
              shop.sell(connection, 5);
              connection.releaseSavepoint(two);
            });
    assertThat(shop.messages()).containsExactly("1", "5");
    assertThat(Shop.sold(url)).containsExactly("1", "5");
  }

  @Test
  void aSavepointBeforeTheFirstMessageTakesAllBack() throws SQLException {
    shop.transactions()
        .execute(
            connection -> {
              Savepoint first = connection.setSavepoint();
              shop.sell(connection, 1);
              connection.rollback(first);
              shop.transactions().execute(inner -> shop.sell(inner, 2));
              connection.rollback(first);
            });
    assertThat(shop.messages()).isEmpty();
    assertThat(markers()).isZero();
    shop.transactions()
        .execute(
            connection -> {
              Savepoint first = connection.setSavepoint();
              shop.sell(connection, 1);
              connection.rollback(first);
              shop.sell(connection, 2);
            });
    assertThat(shop.messages()).containsExactly("2");
  }

  @Test
  void whatWasAcknowledgedSinceASavepointComesAgain() throws SQLException {
    shop.sell(1);
    try (Consumer<String> consumer = shop.lockstep().consumer("g", Shop.TOPIC, String.class)) {
      shop.transactions()
          .execute(
              connection -> {
                Savepoint first = connection.setSavepoint();
                assertThat(payloads(consumer)).containsExactly("1");
                connection.rollback(first);
                assertThat(payloads(consumer)).containsExactly("1");
              });
      assertThat(consumer.committed(0)).hasValue(1);
    }
  }

  @Test
  void aSavepointOfAnotherConnectionIsRefused() throws SQLException {
    Savepoint other = shop.transactions().run(Connection::setSavepoint);
    shop.transactions()
        .execute(
            connection -> {
              assertThatThrownBy(() -> connection.rollback(other)).isInstanceOf(SQLException.class);
            });
  }
}
