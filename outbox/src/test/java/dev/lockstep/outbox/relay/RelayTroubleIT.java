package dev.lockstep.outbox.relay;

import static dev.lockstep.outbox.Shop.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.outbox.JdbcTransactions;
import dev.lockstep.outbox.PostgresDatabase;
import dev.lockstep.outbox.Shop;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.LossyProxy;
import dev.lockstep.testkit.LossyProxy.Loss;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows become messages exactly once, and in order, whatever is lost or killed. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RelayTroubleIT {
  private static final String MARKER = PostgresDatabase.MARKER;
  private static final String TOMBSTONE = "(id, kind) VALUES ($1, 'R')";

  private EmbeddedDatabase database;
  private LossyProxy proxy;
  private String url;

  private Path directory;

  @BeforeAll
  void start() {
    database =
        EmbeddedDatabase.builder().embedded().setting("track_commit_timestamp", "on").start();
    url = database.jdbcUrl();
    proxy = LossyProxy.before(url + "&prepareThreshold=0");
  }

  @BeforeEach
  void createTable(@TempDir Path logs) throws SQLException {
    directory = logs;
    Outbox.createTable(url);
  }

  @AfterAll
  void stop() {
    proxy.close();
    database.close();
  }

  private Outbox open(UnaryOperator<JdbcTransactions.Builder> settings) {
    return Outbox.open(directory, proxy.jdbcUrl(), source -> source, settings);
  }

  private static List<String> numbers(int to) {
    return IntStream.rangeClosed(1, to).mapToObj(String::valueOf).toList();
  }

  private void awaitAll(Outbox outbox, int to) {
    await().untilAsserted(() -> assertThat(outbox.messages()).isEqualTo(numbers(to)));
    await().until(() -> Outbox.rows(url).isEmpty());
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void aCommitIsLostOrTheAnswerToIt(Loss loss) throws SQLException {
    try (Outbox outbox = open(builder -> builder);
        OutboxRelay relay = outbox.relay().batchSize(3).start()) {
      await().until(relay::isActive);
      int before = proxy.losses();
      proxy.lose(MARKER, loss);
      Outbox.write(url, 1, 10);
      awaitAll(outbox, 10);
      assertThat(proxy.losses()).isEqualTo(before + 1);
    }
  }

  /** A batch that comes later must not overtake one that is in doubt. */
  @Test
  void nothingOvertakesABatchInDoubt() throws Exception {
    try (Outbox outbox = open(builder -> builder.outcomeWait(Duration.ofMillis(1)))) {
      Outbox.write(url, 1, 6);
      LossyProxy.Held tombstone = proxy.hold(TOMBSTONE);
      proxy.lose(MARKER, Loss.ANSWER);
      try (OutboxRelay relay = outbox.relay().batchSize(3).start()) {
        tombstone.awaitArrival();
        await().until(() -> relay.obstacle().filter(by -> by.startsWith("LSTP-0942")).isPresent());
        assertThat(outbox.messages()).isEmpty();
        assertThat(Outbox.rows(url)).containsExactly("4", "5", "6");
        tombstone.release();
        awaitAll(outbox, 6);
      }
    }
  }

  /** Of a relay that is gone, too. */
  @Test
  void nothingOvertakesABatchInDoubtOfAnEarlierRelay() throws Exception {
    try (Outbox outbox = open(builder -> builder.outcomeWait(Duration.ofMillis(1)))) {
      Outbox.write(url, 1, 6);
      LossyProxy.Held tombstone = proxy.hold(TOMBSTONE);
      proxy.lose(MARKER, Loss.ANSWER);
      try (OutboxRelay relay = outbox.relay().batchSize(3).start()) {
        tombstone.awaitArrival();
        await().until(() -> relay.obstacle().isPresent());
      }
      try (OutboxRelay relay = outbox.relay().batchSize(3).start()) {
        await().until(() -> relay.obstacle().filter(by -> by.startsWith("LSTP-0942")).isPresent());
        assertThat(outbox.messages()).isEmpty();
        tombstone.release();
        awaitAll(outbox, 6);
      }
    }
  }

  @Test
  void backendsAreKilled() throws SQLException {
    Shop.execute(url, OutboxRelay.triggerSql("public", "outbox", "shop"));
    Shop.execute(url, "insert into outbox (payload) select n::text from generate_series(1, 200) n");
    try (Outbox outbox = open(builder -> builder);
        OutboxRelay relay =
            outbox
                .relay()
                .batchSize(7)
                .notifications("shop")
                .pollInterval(Duration.ofHours(1))
                .start()) {
      for (int kill = 0; kill < 3; kill++) {
        long before = relay.relayed();
        await().until(() -> relay.relayed() > before || Outbox.rows(url).isEmpty());
        database.terminateBackends();
      }
      Outbox.write(url, 201, 203);
      awaitAll(outbox, 203);
    }
  }

  @Test
  void theDatabaseIsKilledAndComesBack() throws SQLException {
    try (Outbox outbox = open(builder -> builder);
        OutboxRelay relay = outbox.relay().batchSize(7).notifications("shop").start()) {
      Outbox.write(url, 1, 20);
      database.killPostmaster();
      await().until(() -> relay.obstacle().filter(by -> by.startsWith("LSTP-0940")).isPresent());
      database.restart();
      Outbox.write(url, 21, 25);
      awaitAll(outbox, 25);
      await().until(() -> relay.obstacle().isEmpty());
    }
  }

  /** Ids that were taken long before say nothing. */
  @Test
  void commitTimestampsOrderTheRowsThatWait() throws SQLException {
    try (Connection first = DriverManager.getConnection(url);
        Statement early = first.createStatement();
        Outbox outbox = open(builder -> builder)) {
      first.setAutoCommit(false);
      early.execute("insert into outbox (id, payload) values (1, '3')");
      Shop.execute(url, "insert into outbox (id, payload) values (7, '1'), (8, '2')");
      first.commit();
      Shop.execute(url, "insert into outbox (id, payload) values (5, '4')");
      try (OutboxRelay relay = outbox.relay().batchSize(2).start()) {
        awaitAll(outbox, 4);
        assertThat(relay.obstacle()).isEmpty();
      }
    }
  }
}
