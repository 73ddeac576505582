package dev.lockstep.outbox.relay;

import static dev.lockstep.outbox.Shop.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.outbox.PostgresDatabase;
import dev.lockstep.outbox.Shop;
import dev.lockstep.outbox.ShopProcess.Point;
import dev.lockstep.testkit.Child;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.LossyProxy;
import dev.lockstep.testkit.LossyProxy.Loss;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rows of an outbox become messages and stay, and partitions are truncated when they are done. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeptRowsIT {
  private EmbeddedDatabase database;
  private LossyProxy proxy;
  private String url;
  private Path directory;

  @BeforeAll
  void start() {
    database = EmbeddedDatabase.builder().start();
    url = database.jdbcUrl();
    proxy = LossyProxy.before(url + "&prepareThreshold=0");
  }

  @AfterAll
  void stop() {
    proxy.close();
    database.close();
  }

  /** Partitions of ten ids. */
  @BeforeEach
  void createTables(@TempDir Path logs) throws SQLException {
    directory = logs;
    Outbox.createPartitionedTable(url);
  }

  private Outbox open() {
    return Outbox.open(directory, proxy.jdbcUrl());
  }

  private static OutboxRelay.Builder relay(Outbox outbox) {
    return outbox.relay().truncatePartitions("tx");
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(String::valueOf).toList();
  }

  private static void awaitMessages(Outbox outbox, List<String> expected) {
    await().untilAsserted(() -> assertThat(outbox.messages()).isEqualTo(expected));
  }

  private void awaitPartition(String name, String rows) {
    await().until(() -> Shop.query(url, "select count(*) from " + name), List.of(rows)::equals);
  }

  @Test
  void partitionsThatAreDoneAreTruncated() throws SQLException {
    Outbox.write(url, 1, 25);
    try (Outbox outbox = open();
        OutboxRelay relay = relay(outbox).batchSize(7).start()) {
      awaitMessages(outbox, numbers(1, 25));
      awaitPartition("outbox_0", "0");
      awaitPartition("outbox_1", "0");
      assertThat(relay.lag().waiting()).isZero();
      assertThat(Outbox.rows(url)).as("the last one stays").isEqualTo(numbers(20, 25));
      assertThat(relay.obstacle()).isEmpty();
    }
  }

  /** The id says nothing, and neither does the partition. */
  @Test
  void aRowThatIsCommittedLateIsNotPassedOver() throws SQLException {
    try (Connection late = DriverManager.getConnection(url);
        Statement statement = late.createStatement();
        Outbox outbox = open();
        OutboxRelay relay = relay(outbox).batchSize(4).start()) {
      Outbox.write(url, 1, 3);
      late.setAutoCommit(false);
      statement.execute("insert into outbox (payload) values ('late')");
      List<String> written = new ArrayList<>(numbers(1, 3));
      Outbox.write(url, 5, 14);
      written.addAll(numbers(5, 14));
      awaitMessages(outbox, written);
      Outbox.write(url, 15, 25);
      written.addAll(numbers(15, 25));
      awaitMessages(outbox, written);
      awaitPartition("outbox_1", "0");
      assertThat(Shop.query(url, "select id from outbox_0")).hasSize(8);
      late.commit();
      await().until(() -> outbox.messages().contains("late"));
      awaitPartition("outbox_0", "0");
      assertThat(outbox.messages()).hasSize(25).endsWith("late");
      assertThat(relay.lag().waiting()).isZero();
    }
  }

  /** Its savepoint has a number of its own, and the transaction's is what counts. */
  @Test
  void aRowBehindASavepointIsNotPassedOver() throws SQLException {
    try (Connection late = DriverManager.getConnection(url);
        Statement statement = late.createStatement();
        Outbox outbox = open();
        OutboxRelay relay = relay(outbox).start()) {
      late.setAutoCommit(false);
      statement.execute("savepoint one; insert into outbox (payload) values ('late')");
      Outbox.write(url, 2, 3);
      awaitMessages(outbox, numbers(2, 3));
      statement.execute("release savepoint one");
      late.commit();
      awaitMessages(outbox, List.of("2", "3", "late"));
      assertThat(relay.obstacle()).isEmpty();
    }
  }

  /** Whoever is about to insert there holds a lock, and whoever is in its way does not wait. */
  @Test
  void aPartitionThatSomebodyInsertsIntoStays() throws SQLException {
    try (Connection late = DriverManager.getConnection(url);
        Statement statement = late.createStatement();
        Outbox outbox = open();
        OutboxRelay relay = relay(outbox).start()) {
      Outbox.write(url, 1, 8);
      late.setAutoCommit(false);
      statement.execute("insert into outbox (payload) values ('late')");
      Outbox.write(url, 10, 25);
      awaitPartition("outbox_1", "0");
      assertThat(Shop.query(url, "select count(*) from outbox_0")).containsExactly("8");
      late.rollback();
      awaitPartition("outbox_0", "0");
      assertThat(outbox.messages()).hasSize(24);
      assertThat(relay.obstacle()).isEmpty();
    }
  }

  /** Between the look at a partition and its lock. */
  @Test
  void aRowThatComesBeforeTheLockIsNotTruncated() throws Exception {
    Outbox.write(url, 1, 15);
    LossyProxy.Held lock = proxy.hold("LOCK TABLE ONLY public.outbox_0");
    try (Outbox outbox = open();
        OutboxRelay relay = relay(outbox).start()) {
      lock.awaitArrival();
      Shop.execute(url, "insert into outbox (id, payload) values (0, 'late')");
      lock.release();
      await().until(() -> relay.relayed() == 16);
      assertThat(outbox.messages()).hasSize(16).endsWith("late");
      Outbox.write(url, 16, 16); // so that the other partition is the one that was written last
      awaitPartition("outbox_0", "0");
    }
  }

  /** Which is written into late, when it is empty already. */
  @Test
  void aRowInATruncatedPartitionIsRelayed() throws SQLException {
    Outbox.write(url, 1, 15);
    try (Outbox outbox = open();
        OutboxRelay relay = relay(outbox).start()) {
      awaitPartition("outbox_0", "0");
      Shop.execute(url, "insert into outbox (id, payload) values (5, 'again')");
      await().until(() -> relay.relayed() == 16);
      assertThat(outbox.messages()).hasSize(16).endsWith("again");
      Outbox.write(url, 16, 16);
      awaitPartition("outbox_0", "0");
    }
  }

  @Test
  void theAnswerToACommitIsLost() throws SQLException {
    Outbox.write(url, 1, 10);
    try (Outbox outbox = open()) {
      proxy.lose(PostgresDatabase.MARKER, Loss.ANSWER);
      try (OutboxRelay relay = relay(outbox).batchSize(3).start()) {
        awaitMessages(outbox, numbers(1, 10));
        await().until(() -> relay.lag().waiting() == 0);
      }
    }
  }

  @Test
  void killedBehindTheCommitOfItsSecondBatch() throws Exception {
    Outbox.write(url, 1, 15);
    try (Child child =
        Child.start(
            RelayProcess.class, directory.toString(), url, Point.BEHIND_THE_COMMIT.name(), "tx")) {
      child.rest();
      assertThat(child.status()).isEqualTo(137);
    }
    try (Outbox next = open()) {
      assertThat(next.messages()).hasSize(10);
      try (OutboxRelay relay = relay(next).batchSize(RelayProcess.BATCH).start()) {
        awaitMessages(next, numbers(1, 15));
        await().until(() -> relay.lag().waiting() == 0);
      }
    }
  }

  /** Nothing splits them. */
  @Test
  void rowsOfOneIdAreMovedAtOnce() throws SQLException {
    Shop.execute(url, "alter table outbox drop constraint outbox_pkey");
    Shop.execute(url, "insert into outbox (id, payload) select 3, n from generate_series(1, 9) n");
    try (Outbox outbox = open();
        OutboxRelay relay = relay(outbox).batchSize(2).start()) {
      await().until(() -> relay.relayed() == 9);
      assertThat(outbox.messages()).containsExactlyInAnyOrderElementsOf(numbers(1, 9));
      Shop.execute(
          url,
          "insert into outbox (id, payload) select 4, rpad(n::text, "
              + (Outbox.MAX_MESSAGE - 200)
              + ") from generate_series(1, 9) n");
      await().until(() -> relay.obstacle().filter(by -> by.contains("same id")).isPresent());
      assertThat(outbox.messages()).hasSize(9);
    }
  }

  @Test
  void aPartitionThatCantBeTruncatedIsReported() throws SQLException {
    Shop.execute(
        url,
        "drop table if exists copies; create table copies (id bigint references outbox_0 (id))");
    Outbox.write(url, 1, 15);
    try (Outbox outbox = open();
        OutboxRelay relay = relay(outbox).start()) {
      await()
          .until(
              () ->
                  outbox.lockstep().diagnose().findings().stream()
                      .anyMatch(finding -> finding.code().equals("LSTP-0945")));
      assertThat(relay.obstacle()).isEmpty();
      Outbox.write(url, 16, 20);
      awaitMessages(outbox, numbers(1, 20));
      Shop.execute(url, "drop table copies");
      awaitPartition("outbox_0", "0");
    }
  }

  @Test
  void whatWouldLoseRowsIsRefused() throws SQLException {
    try (Outbox outbox = open()) {
      relay(outbox).start().close();
      Shop.execute(
          url,
          "drop table if exists kept; create table kept (id text, topic text, payload text, tx xid8"
              + " not null)");
      assertThatThrownBy(() -> relay(outbox).table("public", "kept").start())
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("public.kept is not partitioned by range")
          .hasMessageContaining("'id' of public.kept is of type text and may be NULL")
          .hasMessageContaining("ADD COLUMN \"tx\" xid8 NOT NULL DEFAULT pg_current_xact_id()");
      try (OutboxRelay relay = relay(outbox).start()) {
        Outbox.write(url, 1, 3);
        await().until(() -> relay.relayed() == 3);
      }
      assertThatThrownBy(() -> outbox.relay().start())
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("rows that are relayed and kept");
      Shop.execute(url, "update lockstep_outbox_position set origin = 'elsewhere'");
      assertThatThrownBy(() -> relay(outbox).start())
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("nobody knows which rows are relayed");
      Shop.execute(url, "drop table lockstep_outbox_position");
      assertThatThrownBy(() -> relay(outbox).start())
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("CREATE TABLE \"public\".\"lockstep_outbox_position\"");
    }
  }
}
