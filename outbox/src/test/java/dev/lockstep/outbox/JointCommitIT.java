package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.datasource.GuardedXADataSource;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.IdleResource;
import dev.lockstep.testkit.LossyProxy;
import dev.lockstep.testkit.LossyProxy.Loss;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.XADataSource;
import javax.transaction.xa.XAException;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.xa.PGXADataSource;

/**
 * Half messages in transactions of Narayana, over our own connections: marker and COMMIT together,
 * and the database's answer is the outcome.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JointCommitIT {
  /** In the statement of a marker that goes with the commit. */
  static final String MARKER = "(id, kind) VALUES ($1, CASE";

  /** The text of a marker that is prepared with its transaction. */
  private static final String PREPARED_MARKER = "', CASE WHEN";

  private final TransactionManager manager = Narayana.manager();
  private EmbeddedDatabase database;
  private LossyProxy proxy;
  private String url;
  private HikariDataSource direct;
  private JtaShop shop;

  @TempDir private Path directory;

  @BeforeAll
  void start() {
    database = EmbeddedDatabase.builder().embedded().start();
    url = database.jdbcUrl();
    proxy = LossyProxy.before(url + "&prepareThreshold=0");
    direct = Shop.pool(url);
  }

  @AfterAll
  void stop() {
    proxy.close();
    direct.close();
    database.close();
  }

  @BeforeEach
  void open() throws Exception {
    Shop.createTable(url);
    shop = open(directory, GuardedXADataSource.of(proxy.jdbcUrl()));
    proxy.lose("");
  }

  /** With one connection at a time, of which the proxy sees nothing but transactions. */
  private JtaShop open(Path in, GuardedXADataSource through) {
    return open(in, through, 1);
  }

  private JtaShop open(Path in, GuardedXADataSource through, int connections) {
    return JtaShop.open(
        in,
        JtaShop.pool(through).maximumPoolSize(connections),
        (builder, source) -> builder.checkBack(direct),
        source -> source,
        binding -> binding);
  }

  /** Rows and messages agree, and the next transaction goes through. */
  @AfterEach
  void close() throws Exception {
    try {
      int status = manager.getStatus();
      if (status != Status.STATUS_NO_TRANSACTION) {
        manager.rollback();
      }
      assertThat(status).isEqualTo(Status.STATUS_NO_TRANSACTION);
      proxy.lose("");
      shop.sell(999);
      await().until(() -> shop.inDoubt() == 0);
      assertThat(database.preparedTransactions()).isEmpty();
      assertThat(shop.messages()).containsExactlyInAnyOrderElementsOf(Shop.sold(url));
    } finally {
      shop.close();
      Shop.dropMarkerTables(url);
    }
  }

  /** Nothing is left to be found out. */
  private void assertDecided(String... ids) throws SQLException {
    assertThat(shop.inDoubt()).isZero();
    assertThat(shop.messages()).containsExactlyInAnyOrder(ids);
    assertThat(Shop.sold(url)).containsExactly(ids);
    assertThat(tombstones()).isEmpty();
  }

  /** What check-back has written. */
  private List<String> tombstones() throws SQLException {
    List<String> found = new ArrayList<>();
    for (String table : Shop.markerTables(url)) {
      found.addAll(Shop.query(url, "select id from " + table + " where kind = 'R'"));
    }
    return found;
  }

  private void begin(int id) throws Exception {
    manager.begin();
    shop.insert(id);
    shop.send(id);
  }

  private int roundTripsOfCommit() throws Exception {
    int before = proxy.roundTrips();
    manager.commit();
    return proxy.roundTrips() - before;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "&prepareThreshold=1"})
  void theCommitTakesOneRoundTripAndDecides(String settings, @TempDir Path other) throws Exception {
    shop.close();
    shop = open(other, GuardedXADataSource.of(proxy.jdbcUrl() + settings));
    for (int id = 1; id <= 3; id++) {
      begin(id);
      assertThat(roundTripsOfCommit()).isOne();
      assertThat(shop.messages()).hasSize(id);
    }
    assertDecided("1", "2", "3");
  }

  @Test
  void messagesAloneAreCommitted() throws Exception {
    manager.begin();
    shop.send(1);
    manager.commit();
    assertThat(shop.messages()).containsExactly("1");
    Shop.execute(url, "insert into sold values (1)"); // so that both have it
    assertDecided("1");
  }

  @Test
  void withoutMessagesNothingIsMarked() throws Exception {
    manager.begin();
    shop.insert(1);
    assertThat(roundTripsOfCommit()).isOne();
    for (String table : Shop.markerTables(url)) {
      assertThat(Shop.query(url, "select id from " + table)).isEmpty();
    }
    Shop.execute(url, "delete from sold");
  }

  @Test
  void aRollbackTakesBothAtOnce() throws Exception {
    begin(1);
    manager.rollback();
    assertDecided();
    begin(2);
    manager.setRollbackOnly();
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertDecided();
  }

  @Test
  void withAnotherResourceMarkerAndPrepareTakeOneRoundTrip() throws Exception {
    begin(1);
    manager.getTransaction().enlistResource(new IdleResource());
    assertThat(roundTripsOfCommit()).isEqualTo(2); // COMMIT PREPARED is the other one
    await().until(() -> shop.inDoubt() == 0);
    assertDecided("1");
  }

  @Test
  void anotherResourceThatRefusesRollsBothBack() throws Exception {
    begin(1);
    manager
        .getTransaction()
        .enlistResource(
            new IdleResource() {
              @Override
              public int prepare(Xid xid) throws XAException {
                throw new XAException(XAException.XA_RBROLLBACK);
              }
            });
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    await().until(() -> shop.inDoubt() == 0);
    assertThat(Shop.sold(url)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void nobodyKnowsOfTheCommit(Loss loss) throws Exception {
    begin(1);
    proxy.lose(MARKER, loss);
    int before = proxy.losses();
    assertThatThrownBy(manager::commit)
        .isNotInstanceOf(RollbackException.class); // which would be a guess
    assertThat(proxy.losses()).isEqualTo(before + 1);
    await().until(() -> shop.inDoubt() == 0);
    assertThat(Shop.sold(url)).hasSize(loss == Loss.ANSWER ? 1 : 0);
    assertThat(shop.messages()).isEqualTo(Shop.sold(url));
  }

  @ParameterizedTest
  @EnumSource
  void nobodyKnowsOfThePrepare(Loss loss) throws Exception {
    begin(1);
    manager.getTransaction().enlistResource(new IdleResource());
    proxy.lose(PREPARED_MARKER, loss);
    int before = proxy.losses();
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(proxy.losses()).isEqualTo(before + 1);
    await().until(() -> shop.inDoubt() == 0);
    assertThat(Shop.sold(url)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void nobodyKnowsOfTheSecondPhase(Loss loss) throws Exception {
    begin(1);
    manager.getTransaction().enlistResource(new IdleResource());
    proxy.lose("COMMIT PREPARED", loss);
    int before = proxy.losses();
    manager.commit();
    assertThat(proxy.losses()).isEqualTo(before + 1);
    await().until(() -> shop.inDoubt() == 0);
    assertDecided("1");
  }

  @Test
  void aSerializationFailureAtTheCommitDropsTheMessagesAtOnce(@TempDir Path other)
      throws Exception {
    shop.close();
    String serializable = "&options=-c%20default_transaction_isolation=serializable";
    shop = open(other, GuardedXADataSource.of(proxy.jdbcUrl() + serializable), 2);
    Shop.execute(url, "drop table if exists doctors; create table doctors (id int, on_call bool)");
    Shop.execute(url, "insert into doctors values (1, true), (2, true)");
    begin(1);
    readAndWrite(1);
    Transaction first = manager.suspend();
    begin(2);
    readAndWrite(2);
    manager.commit();
    manager.resume(first);
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertDecided("2");
  }

  /** Each reads what the other writes, and neither waits. */
  private void readAndWrite(int id) throws SQLException {
    try (Connection connection = shop.connection();
        Statement statement = connection.createStatement()) {
      statement.execute("select count(*) from doctors where on_call");
      statement.execute("update doctors set on_call = false where id = " + id);
    }
  }

  @Test
  void aDeferredConstraintDropsTheMessagesAtOnce() throws Exception {
    Shop.execute(
        url,
        "drop table if exists once; create table once (id int unique deferrable initially"
            + " deferred)");
    begin(1);
    try (Connection connection = shop.connection();
        Statement statement = connection.createStatement()) {
      statement.execute("insert into once values (1), (1)");
    }
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertDecided();
  }

  @Test
  void aDeferredConstraintAtThePrepareDropsTheMessagesAtOnce() throws Exception {
    Shop.execute(
        url,
        "drop table if exists once; create table once (id int unique deferrable initially"
            + " deferred)");
    begin(1);
    manager.getTransaction().enlistResource(new IdleResource());
    try (Connection connection = shop.connection();
        Statement statement = connection.createStatement()) {
      statement.execute("insert into once values (1), (1)");
    }
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertDecided();
  }

  @Test
  void aSwallowedErrorLeavesNothingOnTheLog() throws Exception {
    begin(1);
    assertThatThrownBy(() -> shop.insert(1)).isInstanceOf(SQLException.class);
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertDecided();
  }

  @Test
  void withoutItsMarkerTableNothingIsSent() throws Exception {
    Shop.withoutMarkerTables(
        url,
        () ->
            assertThatThrownBy(() -> shop.sell(1))
                .isInstanceOf(RollbackException.class)
                .hasStackTraceContaining("LSTP-0722"));
    assertDecided();
  }

  /** The half message is prepared when all synchronizations have done their work. */
  @Test
  void whatTheLastSynchronizationSendsTakesPart() throws Exception {
    begin(1);
    late(() -> late(() -> late(() -> late(() -> sellHere(2)))));
    manager.commit();
    assertDecided("1", "2");
  }

  private void sellHere(int id) {
    try {
      shop.insert(id);
      shop.send(id);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void late(Runnable work) {
    Narayana.registry()
        .registerInterposedSynchronization(
            new Synchronization() {
              @Override
              public void beforeCompletion() {
                work.run();
              }

              @Override
              public void afterCompletion(int status) {}
            });
  }

  /** Of a data source that is not simply the driver's, the connections are made elsewhere. */
  @Test
  void withAWrappedDriverTheMarkerIsAStatementOfItsOwn(@TempDir Path other) throws Exception {
    shop.close();
    XADataSource wrapped = new PGXADataSource() {};
    ((PGXADataSource) wrapped).setUrl(proxy.jdbcUrl());
    shop = open(other, new GuardedXADataSource(wrapped));
    begin(1);
    assertThat(roundTripsOfCommit()).isEqualTo(2);
    assertDecided("1");
  }
}
