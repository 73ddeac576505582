package dev.lockstep.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.Lockstep;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Markers are never deleted one by one, and yet their tables stay small. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RotationIT {
  private static final int PER_TABLE = 10;

  private TestDatabase database;
  private LossyProxy proxy;
  private String url;

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

  private Shop open(Path directory) {
    return Shop.open(
        directory,
        proxy.jdbcUrl(),
        builder -> builder.markersPerTable(PER_TABLE).outcomeWait(Duration.ofMillis(1)));
  }

  private List<Integer> sizes() throws SQLException {
    return counts("true");
  }

  private List<Integer> counts(String condition) throws SQLException {
    String sql =
        Shop.markerTables(url).stream()
            .map(table -> "select count(*) from " + table + " where " + condition)
            .collect(Collectors.joining(" union all "));
    return Shop.query(url, sql).stream().map(Integer::parseInt).toList();
  }

  private int rows() throws SQLException {
    return sizes().stream().mapToInt(Integer::intValue).sum();
  }

  private static void sell(Shop shop, int from, int to) throws SQLException {
    for (int id = from; id < to; id++) {
      shop.sell(id);
    }
  }

  /** Sells until a number of tables were emptied, which happens beside. */
  private void sellUntilEmptied(Shop shop, int times) throws SQLException {
    int id = 1000;
    int before = rows();
    for (int emptied = 0; emptied < times; ) {
      for (int some = 0; some < PER_TABLE / 2; some++) {
        shop.sell(id++);
      }
      int now = rows();
      emptied += now <= before ? 1 : 0;
      before = now;
    }
  }

  @Test
  void usedTablesAreEmptied(@TempDir Path directory) throws SQLException {
    try (Shop shop = open(directory)) {
      sellUntilEmptied(shop, 5);
      await().until(() -> rows() <= PER_TABLE);
      assertThat(shop.messages()).isEqualTo(Shop.sold(url));
    }
  }

  @Test
  void theNextLifeEmptiesWhatTheLastOneHasLeft(@TempDir Path directory) throws SQLException {
    try (Shop shop = Shop.open(directory, url, builder -> builder.markersPerTable(100))) {
      sell(shop, 1, 30);
    }
    assertThat(sizes()).contains(29);
    try (Shop shop = open(directory)) {
      await().until(() -> rows() == 0);
      sell(shop, 30, 35);
      assertThat(shop.messages()).isEqualTo(Shop.sold(url));
    }
  }

  /** Its marker is all that says that it is committed. */
  @Test
  void aTableStaysAsLongAsOneOfItsTransactionsIsInDoubt(@TempDir Path directory) throws Exception {
    try (Child child =
        Child.start(
            ShopProcess.class,
            directory.toString(),
            url,
            "2",
            ShopProcess.Point.BEHIND_THE_COMMIT.name())) {
      assertThat(child.rest()).containsExactly("sold 1");
    }
    AtomicBoolean refuse = new AtomicBoolean(true);
    try (Shop shop =
        Shop.open(
            directory,
            url,
            source -> StoppingSource.refusing(source, "'R'", refuse),
            builder -> builder.markersPerTable(PER_TABLE))) {
      sellUntilEmptied(shop, 3);
      assertThat(shop.inDoubt()).isOne();
      refuse.set(false);
      await().atMost(Duration.ofSeconds(30)).until(() -> shop.inDoubt() == 0);
      await().atMost(Duration.ofSeconds(30)).until(() -> rows() <= PER_TABLE);
      assertThat(shop.messages()).containsExactlyInAnyOrderElementsOf(Shop.sold(url));
    }
  }

  /** Begins a transaction that could be that of a marker. */
  void beginOlder(Statement statement) throws SQLException {
    statement.execute("select txid_current()");
  }

  /** That one could belong to a process that is dead, with its marker on the way. */
  @Test
  void aTableWithATombstoneStaysAsLongAsAnOlderTransactionIsOpen(@TempDir Path directory)
      throws SQLException {
    try (Shop shop = open(directory);
        Connection other = DriverManager.getConnection(url);
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      beginOlder(statement);
      proxy.lose(database.marker(), Loss.STATEMENT);
      assertThatThrownBy(() -> shop.sell(1)).isInstanceOf(RuntimeException.class);
      await().until(() -> shop.inDoubt() == 0);
      sell(shop, 2, 60);
      assertThat(tombstones()).isOne();
      other.rollback();
      await().until(() -> tombstones() == 0);
      await().until(() -> rows() <= PER_TABLE);
      assertThat(shop.messages()).isEqualTo(Shop.sold(url));
    }
  }

  /** Without its marker, a decision that a power cut takes could not be given again. */
  @Test
  void decisionsAreForcedBeforeTheirTableIsEmptied(@TempDir Path directory) throws SQLException {
    List<String> events = Collections.synchronizedList(new ArrayList<>());
    try (HikariDataSource pool = Shop.pool(url)) {
      DataSource watched =
          StoppingSource.of(
              pool, new StoppingSource.Hooks(() -> {}, () -> {}, () -> events.add("truncated")));
      JdbcTransactions transactions =
          JdbcTransactions.builder(watched).createTables().markersPerTable(1).build();
      try (Lockstep lockstep =
          Shop.lockstep(directory, new WatchedBinding(transactions, events::add))) {
        lockstep.topics().create(TopicConfig.of(Shop.TOPIC));
        Producer<String> orders = lockstep.producer(Shop.TOPIC, String.class);
        transactions.execute(connection -> orders.send("1"));
        await().until(() -> events.contains("truncated"));
      }
    }
    assertThat(events).containsSubsequence("commit", "force", "truncated");
  }

  private int tombstones() throws SQLException {
    return counts("kind = 'R'").stream().mapToInt(Integer::intValue).sum();
  }
}
