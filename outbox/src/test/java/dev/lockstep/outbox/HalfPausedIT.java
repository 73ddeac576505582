package dev.lockstep.outbox;

import static dev.lockstep.outbox.Shop.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.Lockstep;
import dev.lockstep.TopicConfig;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.testkit.Child;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.LossyProxy;
import jakarta.transaction.Status;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A transaction is paused, and then wants to commit: either its messages are fenced out, and it
 * can't, or its marker was there first, and both are committed.
 *
 * <p>How long: {@code -Dlockstep.pause.seconds=60}.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HalfPausedIT {
  private static final int SECONDS = Integer.getInteger("lockstep.pause.seconds", 1);
  private static final String UNIQUE_VIOLATION = "23505";

  private EmbeddedDatabase database;
  private String url;

  @BeforeAll
  void start() {
    database = EmbeddedDatabase.builder().start();
    url = database.jdbcUrl();
  }

  @AfterAll
  void stop() {
    database.close();
  }

  @BeforeEach
  void createTable() throws SQLException {
    Shop.createTable(url);
  }

  /** Not for something to happen: the transaction does nothing for a while. */
  private static void pause() throws InterruptedException {
    boolean isOver = new CountDownLatch(1).await(SECONDS, TimeUnit.SECONDS);
    assertThat(isOver).isFalse();
  }

  /** Nobody decides for it: its log is its own as long as it lives. */
  @Test
  void aProcessThatIsStoppedCommitsWhenItGoesOn(@TempDir Path directory) throws Exception {
    try (Child child = Child.start(PausedShopProcess.class, directory.toString(), url)) {
      child.listen();
      await().until(() -> child.heard().contains(PausedShopProcess.PAUSED));
      child.signal("STOP");
      await().until(child::isStopped);
      child.order("go on");
      pause();
      assertThat(Shop.sold(url)).isEmpty();
      child.signal("CONT");
      assertThat(child.heardToTheEnd()).endsWith("sold 1");
    }
    try (Shop next = Shop.open(directory, url)) {
      assertThat(next.inDoubt()).isZero();
      assertThat(next.messages()).containsExactly("1").isEqualTo(Shop.sold(url));
    }
  }

  /** What a manager's reaper does with a transaction that takes too long. */
  @Test
  void aMarkerThatComesBehindTheFenceFails(@TempDir Path directory) throws Exception {
    ExecutorService application = Executors.newSingleThreadExecutor();
    ScriptedTransaction transaction = new ScriptedTransaction();
    try (LossyProxy proxy = LossyProxy.before(url + "&prepareThreshold=0");
        HikariDataSource pool = Shop.pool(url);
        HikariDataSource slow = Shop.pool(proxy.jdbcUrl());
        Connection connection = slow.getConnection()) {
      connection.setAutoCommit(false);
      try (Lockstep lockstep = open(directory, transaction, connection, pool)) {
        Shop.insert(connection, 1);
        lockstep.producer(Shop.TOPIC, String.class).send("1");
        LossyProxy.Held marker = proxy.hold(PostgresDatabase.MARKER);
        Future<?> completion = application.submit(transaction::beforeCompletion);
        marker.awaitArrival();
        transaction.afterCompletion(Status.STATUS_ROLLEDBACK);
        await().until(() -> lockstep.transactions().inDoubt().isEmpty());
        pause();
        marker.release();
        assertThatThrownBy(completion::get)
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(TransactionRolledBackException.class)
            .cause()
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(UNIQUE_VIOLATION));
        connection.commit(); // of what can't be committed any more
        assertThat(Shop.sold(url)).isEmpty();
        assertThat(Shop.messages(lockstep)).isEmpty();
      }
    } finally {
      application.shutdownNow();
    }
  }

  /** The fence waits for it, as long as that takes. */
  @Test
  void aMarkerThatCameBeforeTheFenceIsWaitedFor(@TempDir Path directory) throws Exception {
    ScriptedTransaction transaction = new ScriptedTransaction();
    try (HikariDataSource pool = Shop.pool(url);
        Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try (Lockstep lockstep = open(directory, transaction, connection, pool)) {
        Shop.insert(connection, 1);
        lockstep.producer(Shop.TOPIC, String.class).send("1");
        transaction.beforeCompletion();
        transaction.afterCompletion(Status.STATUS_ROLLEDBACK);
        pause();
        assertThat(lockstep.transactions().inDoubt()).hasSize(1);
        assertThat(Shop.messages(lockstep)).isEmpty();
        connection.commit();
        await().until(() -> lockstep.transactions().inDoubt().isEmpty());
        assertThat(Shop.messages(lockstep)).containsExactly("1").isEqualTo(Shop.sold(url));
      }
    }
  }

  private static Lockstep open(
      Path directory,
      ScriptedTransaction transaction,
      Connection connection,
      HikariDataSource checkBack) {
    HalfMessages binding =
        HalfMessages.builder(transaction, StoppingSource.alwaysThe(connection))
            .checkBack(checkBack)
            .createTables()
            .build();
    Lockstep lockstep = Shop.lockstep(directory, binding);
    lockstep.topics().create(TopicConfig.of(Shop.TOPIC));
    return lockstep;
  }
}
