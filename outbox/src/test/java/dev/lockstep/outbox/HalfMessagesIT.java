package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.NoTransactionException;
import dev.lockstep.TransactionRolledBackException;
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
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.transaction.xa.XAException;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Half messages in transactions of Narayana, over connections as those of a container. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HalfMessagesIT {
  final TransactionManager manager = Narayana.manager();
  private TestDatabase database;
  LossyProxy proxy;
  String url;
  JtaShop shop;

  @BeforeAll
  void start() {
    database = startDatabase();
    url = database.jdbcUrl();
    proxy = database.proxy();
  }

  TestDatabase startDatabase() {
    return new PostgresDatabase(EmbeddedDatabase.builder().embedded().start());
  }

  /** Whether what only PostgreSQL has is to be tested. */
  boolean isPostgres() {
    return true;
  }

  /** The shop whose connections are as those of a container. */
  JtaShop openShop(Path directory) {
    return JtaShop.open(directory, proxy.jdbcUrl(), StoppingSource::asInAContainer);
  }

  /** What the first of two phases has. */
  String prepare() {
    return "PREPARE TRANSACTION";
  }

  /** What the commit in one phase has. */
  String commit() {
    return "\0COMMIT\0";
  }

  /** The query of what is prepared. */
  String prepared() {
    return "select gid from pg_prepared_xacts";
  }

  @AfterAll
  void stop() {
    if (database != null) {
      proxy.close();
      database.close();
    }
  }

  @BeforeEach
  void open(@TempDir Path directory) throws Exception {
    Shop.createTable(url);
    shop = openShop(directory);
    proxy.lose("");
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
      proxy.lose(prepare(), Loss.STATEMENT);
      int before = proxy.losses();
      shop.sell(999);
      assertAgreed();
      assertThat(proxy.losses()).as("two-phase commits").isEqualTo(before);
    } finally {
      proxy.lose("");
      shop.close();
      Shop.dropMarkerTables(url);
    }
  }

  /** Messages are visible a little later than rows. */
  private void assertAgreed() throws Exception {
    await().until(() -> shop.inDoubt() == 0);
    assertThat(Shop.query(url, prepared())).isEmpty();
    assertThat(shop.messages()).containsExactlyInAnyOrderElementsOf(Shop.sold(url));
  }

  final void assertSold(String... ids) throws Exception {
    assertAgreed();
    assertThat(Shop.sold(url)).containsExactly(ids);
  }

  @Test
  void rowsAndMessagesAreCommittedTogether() throws Exception {
    manager.begin();
    shop.insert(1);
    shop.send(1);
    shop.insert(2);
    shop.send(2);
    assertThat(shop.messages()).isEmpty();
    manager.commit();
    assertSold("1", "2");
  }

  @Test
  void messagesAloneAreCommitted() throws Exception {
    manager.begin();
    shop.send(1);
    manager.commit();
    await().until(() -> shop.messages().equals(List.of("1")));
    shop.sell(2);
    Shop.execute(url, "insert into sold values (1)"); // so that both have it
  }

  @Test
  void withoutMessagesNothingIsMarked() throws Exception {
    manager.begin();
    shop.insert(1);
    manager.commit();
    for (String table : Shop.markerTables(url)) {
      assertThat(Shop.query(url, "select id from " + table)).isEmpty();
    }
    manager.begin();
    shop.send(1);
    manager.commit();
  }

  @Test
  void aRollbackTakesBoth() throws Exception {
    manager.begin();
    shop.insert(1);
    shop.send(1);
    manager.rollback();
    assertSold();
  }

  @Test
  void rollbackOnlyTakesBoth() throws Exception {
    manager.begin();
    shop.insert(1);
    shop.send(1);
    manager.setRollbackOnly();
    assertThatThrownBy(() -> shop.send(2)).isInstanceOf(TransactionRolledBackException.class);
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertSold();
  }

  @Test
  void aSendOutsideIsRefused() {
    assertThatThrownBy(() -> shop.send(1)).isInstanceOf(NoTransactionException.class);
  }

  /** The manager's reaper ends it on its own thread. */
  @Test
  void aTransactionThatTimesOutLeavesNothing() throws Exception {
    manager.setTransactionTimeout(1);
    try {
      manager.begin();
      shop.insert(1);
      shop.send(1);
      await()
          .pollInSameThread() // which alone has the transaction
          .until(() -> manager.getStatus() == Status.STATUS_ROLLEDBACK);
      assertThatThrownBy(() -> shop.send(2)).isInstanceOf(TransactionRolledBackException.class);
      manager.rollback();
    } finally {
      manager.setTransactionTimeout(0);
    }
    assertSold();
  }

  @Test
  void aSuspendedTransactionKeepsItsMessages() throws Exception {
    manager.begin();
    shop.insert(1);
    shop.send(1);
    Transaction first = manager.suspend();
    assertThatThrownBy(() -> shop.send(9)).isInstanceOf(NoTransactionException.class);
    shop.sell(2);
    assertSold("2");
    manager.resume(first);
    shop.insert(3);
    shop.send(3);
    manager.commit();
    assertSold("1", "2", "3");
  }

  @Test
  void aTransactionMayEndOnAnotherThread() throws Exception {
    manager.begin();
    shop.insert(1);
    shop.send(1);
    Transaction suspended = manager.suspend();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread other =
        new Thread(
            () -> {
              try {
                manager.resume(suspended);
                shop.insert(2);
                shop.send(2);
                manager.commit();
              } catch (Exception e) {
                failure.set(e);
              }
            });
    other.start();
    other.join();
    assertThat(failure).hasValue(null);
    assertSold("1", "2");
  }

  /** What is to be done before the completion. */
  private interface Late {
    void run() throws Exception;
  }

  private static Synchronization before(Late work) {
    return new Synchronization() {
      @Override
      public void beforeCompletion() {
        try {
          work.run();
        } catch (RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }

      @Override
      public void afterCompletion(int status) {}
    };
  }

  /** As JPA does, which may be registered before or behind. */
  @Test
  void whatOthersFlushBeforeTheCompletionTakesPart() throws Exception {
    manager.begin();
    Narayana.registry()
        .registerInterposedSynchronization(
            before(
                () -> {
                  shop.insert(2);
                  shop.send(2);
                }));
    shop.insert(1);
    shop.send(1);
    Narayana.registry()
        .registerInterposedSynchronization(
            before(
                () -> {
                  shop.insert(3);
                  shop.send(3);
                }));
    manager.commit();
    assertSold("1", "2", "3");
  }

  @Test
  void aSendThatComesTooLateFailsTheTransaction() throws Exception {
    AtomicReference<Throwable> refusal = new AtomicReference<>();
    manager.begin();
    shop.insert(1);
    shop.send(1);
    Narayana.registry()
        .registerInterposedSynchronization(
            before(
                () ->
                    Narayana.registry()
                        .registerInterposedSynchronization(
                            before(
                                () -> {
                                  try {
                                    shop.send(2);
                                  } catch (NoTransactionException e) {
                                    refusal.set(e);
                                  }
                                }))));
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(refusal.get()).hasMessageContaining("LSTP-0725");
    assertSold();
  }

  @Test
  void withoutItsMarkerTableNothingIsSent() throws Exception {
    Shop.withoutMarkerTables(
        url,
        () ->
            assertThatThrownBy(() -> shop.sell(1))
                .isInstanceOf(RollbackException.class)
                .hasStackTraceContaining("LSTP-0722"));
    assertSold();
  }

  @Test
  @EnabledIf("isPostgres")
  void aDeferredConstraintRollsBackBoth() throws Exception {
    Shop.execute(
        url,
        "drop table if exists once; create table once (id int unique deferrable initially"
            + " deferred)");
    Shop.execute(
        url,
        "create or replace function twice() returns trigger language plpgsql as $$ begin insert"
            + " into once values (1), (1); return null; end $$");
    Shop.execute(
        url, "create trigger twice after insert on sold for each row execute function twice()");
    assertThatThrownBy(() -> shop.sell(1)).isInstanceOf(RollbackException.class);
    Shop.execute(url, "drop trigger twice on sold");
    assertSold();
  }

  /** Whatever the manager makes of a commit whose answer, or which itself, is lost. */
  @ParameterizedTest
  @EnumSource
  void nobodyKnowsOfTheCommit(Loss loss) throws Exception {
    shop.sell(1);
    assertAgreed(); // check-back commits, too
    proxy.lose(commit(), loss);
    int before = proxy.losses();
    Throwable reported = reported(() -> shop.sell(2));
    assertThat(proxy.losses()).isEqualTo(before + 1);
    assertThat(reported).isNotInstanceOf(RollbackException.class); // which would be a guess
    assertAgreed();
    assertThat(Shop.sold(url).contains("2")).isEqualTo(loss == Loss.ANSWER);
  }

  private static Throwable reported(Late work) {
    try {
      work.run();
      return new AssertionError("it is reported committed");
    } catch (Exception e) {
      return e;
    }
  }

  @ParameterizedTest
  @EnumSource
  void nobodyKnowsOfTheMarker(Loss loss) throws Exception {
    proxy.lose(database.marker(), loss);
    assertThatThrownBy(() -> shop.sell(2)).isInstanceOf(RollbackException.class);
    assertSold();
  }

  /** A bare manager reports so what a local resource has rolled back without a word. */
  @Test
  void aCommitThatIsReportedAndNeverHappenedIsNone(@TempDir Path directory) throws Exception {
    try (HikariDataSource local = Shop.pool(url);
        JtaShop other =
            JtaShop.open(directory, url, source -> StoppingSource.withoutAutoCommit(local))) {
      manager.begin();
      other.send(1);
      manager.commit();
      await().until(() -> other.inDoubt() == 0);
      assertThat(other.messages()).isEmpty();
    }
  }

  @Test
  void aConnectionThatDoesNotTakePartIsRefused(@TempDir Path directory) throws Exception {
    try (HikariDataSource local = Shop.pool(url);
        JtaShop other = JtaShop.open(directory, url, source -> local)) {
      manager.begin();
      other.send(1);
      assertThatThrownBy(manager::commit)
          .isInstanceOf(RollbackException.class)
          .hasStackTraceContaining("LSTP-0724");
      await().until(() -> other.inDoubt() == 0);
      assertThat(other.messages()).isEmpty();
    }
  }

  /** With another resource, the marker is prepared with the rows. */
  @Test
  void anotherResourceMakesItTwoPhases() throws Exception {
    manager.begin();
    shop.insert(1);
    shop.send(1);
    manager.getTransaction().enlistResource(new IdleResource());
    manager.commit();
    assertSold("1");
  }

  @Test
  void anotherResourceThatRefusesRollsBothBack() throws Exception {
    manager.begin();
    shop.insert(1);
    shop.send(1);
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
    assertSold();
  }

  @Test
  void theLogMayCloseWhileATransactionIsOpen(@TempDir Path directory) throws Exception {
    JtaShop other = JtaShop.open(directory, url);
    manager.begin();
    other.send(7);
    other.close();
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    try (JtaShop again = JtaShop.open(directory, url)) {
      assertThat(again.messages()).isEmpty();
      assertThat(again.inDoubt()).isZero();
    }
  }
}
