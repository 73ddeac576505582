package dev.lockstep.examples.orders.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Lockstep;
import dev.lockstep.TopicConfig;
import dev.lockstep.examples.orders.Invoice;
import dev.lockstep.examples.orders.InvoiceCodec;
import dev.lockstep.examples.orders.Order;
import dev.lockstep.examples.orders.OrderCodec;
import dev.lockstep.examples.orders.Tables;
import dev.lockstep.examples.orders.worker.Topology;
import dev.lockstep.testkit.EmbeddedDatabase;
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
import org.junit.jupiter.api.io.TempDir;

/** What the demo compares in the end, right and wrong in each way. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ComparisonIT {
  private static final int ORDERS = 3;

  private EmbeddedDatabase database;
  private GroupTables tables;
  private Path log;

  @BeforeAll
  void start() {
    database = EmbeddedDatabase.builder().start();
  }

  @AfterAll
  void stop() {
    database.close();
  }

  @BeforeEach
  void placeAndBill(@TempDir Path directory) throws SQLException {
    log = directory;
    tables = GroupTables.create(database, "comparison");
    try (Lockstep lockstep = open()) {
      lockstep.topics().create(TopicConfig.of(Topology.ORDERS));
      lockstep.topics().create(TopicConfig.of(Topology.INVOICES));
    }
    for (int id = 1; id <= ORDERS; id++) {
      insertOrder(id);
      sendOrder(id);
      insertInvoice(id);
      sendInvoice(id);
    }
    acknowledgeOrders();
  }

  @AfterEach
  void drop() {
    tables.drop("nobody");
  }

  @Test
  void holds() throws SQLException {
    assertThat(compare())
        .isEqualTo(new Comparison(ORDERS, ORDERS, ORDERS, ORDERS, compare().audit()));
    assertThat(compare().holds(ORDERS)).isTrue();
    assertThat(compare().audit().violations()).isEmpty();
  }

  @Test
  void findsWhatWasNeverPlaced() throws SQLException {
    assertThat(compare().holds(ORDERS + 1)).isFalse();
  }

  @Test
  void findsARowWithoutItsMessage() throws SQLException {
    insertInvoice(4);

    assertThat(compare().holds(ORDERS)).isFalse();
    assertThat(compare().audit().lost()).isEqualTo(1);
  }

  @Test
  void findsAMessageWithoutItsRow() throws SQLException {
    sendInvoice(4);

    assertThat(compare().holds(ORDERS)).isFalse();
    assertThat(compare().audit().half()).isEqualTo(1);
  }

  @Test
  void findsAMessageThatIsThereTwice() throws SQLException {
    sendOrder(2);
    acknowledgeOrders();

    assertThat(compare().holds(ORDERS)).isFalse();
    assertThat(compare().audit().duplicated()).isEqualTo(1);
  }

  @Test
  void findsAnOrderThatNobodyBilled() throws SQLException {
    insertOrder(4);
    sendOrder(4);

    assertThat(compare().holds(ORDERS + 1)).isFalse();
    assertThat(compare().audit().unacknowledged()).isEqualTo(1);
  }

  @Test
  void findsABranchThatIsLeftPrepared() throws SQLException {
    execute("begin", "insert into orders values (4, 'x', 1)", "prepare transaction 'left'");
    try {
      assertThat(compare().holds(ORDERS)).isFalse();
      assertThat(compare().audit().inDoubt()).isEqualTo(1);
    } finally {
      execute("rollback prepared 'left'");
    }
    assertThat(compare().holds(ORDERS)).isTrue();
  }

  private Comparison compare() throws SQLException {
    return Comparison.of(tables.jdbcUrl(), log, tables.prepared());
  }

  private Lockstep open() {
    return Lockstep.open(Topology.config(log).build());
  }

  private void insertOrder(long id) throws SQLException {
    try (Connection connection = DriverManager.getConnection(tables.jdbcUrl())) {
      Tables.insert(connection, new Order(id, "somebody", 100));
    }
  }

  private void insertInvoice(long id) throws SQLException {
    try (Connection connection = DriverManager.getConnection(tables.jdbcUrl())) {
      Tables.insert(connection, new Invoice(id, 100));
    }
  }

  private void sendOrder(long id) {
    try (Lockstep lockstep = open()) {
      lockstep.producer(Topology.ORDERS, new OrderCodec()).send(new Order(id, "somebody", 100));
    }
  }

  private void sendInvoice(long id) {
    try (Lockstep lockstep = open()) {
      lockstep.producer(Topology.INVOICES, new InvoiceCodec()).send(new Invoice(id, 100));
    }
  }

  private void acknowledgeOrders() {
    try (Lockstep lockstep = open();
        Consumer<Order> billing =
            lockstep.consumer(
                ConsumerConfig.of(Topology.BILLING, Topology.ORDERS, new OrderCodec()))) {
      while (Topology.unbilled(lockstep) > 0) {
        assertThat(billing.poll(Duration.ofSeconds(5))).isNotEmpty();
        billing.commit();
      }
    }
  }

  private void execute(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection(tables.jdbcUrl());
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
