package dev.lockstep.examples.orders.demo;

import dev.lockstep.Codec;
import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.Topics.TopicInfo;
import dev.lockstep.Transactions.InDoubt;
import dev.lockstep.examples.orders.Invoice;
import dev.lockstep.examples.orders.InvoiceCodec;
import dev.lockstep.examples.orders.Order;
import dev.lockstep.examples.orders.OrderCodec;
import dev.lockstep.examples.orders.worker.Topology;
import dev.lockstep.testkit.Audit;
import dev.lockstep.testkit.InvariantChecker;
import dev.lockstep.testkit.InvariantChecker.Found;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a group's database and log hold in the end, and how that compares.
 *
 * @param orders rows of orders
 * @param messages messages in {@code orders}
 * @param invoices rows of invoices
 * @param invoiceMessages messages in {@code invoices}
 * @param audit what does not match
 */
record Comparison(int orders, int messages, int invoices, int invoiceMessages, Audit audit) {
  private static final Duration PATIENCE = Duration.ofMillis(100);

  /**
   * Reads both, after the last worker has ended.
   *
   * @param jdbcUrl the group's tables
   * @param logDirectory the group's log
   * @param prepared what is prepared and undecided in the database
   */
  static Comparison of(String jdbcUrl, Path logDirectory, List<String> prepared)
      throws SQLException {
    LockstepConfig config = Topology.config(logDirectory).build();
    try (Connection connection = DriverManager.getConnection(jdbcUrl);
        Lockstep lockstep = Lockstep.open(config)) {
      List<Found> orders = rows(connection, "orders", "id");
      List<Found> invoices = rows(connection, "invoices", "order_id");
      List<Found> messages =
          messages(lockstep, Topology.ORDERS, new OrderCodec(), (Order order) -> order.id());
      List<Found> invoiceMessages =
          messages(lockstep, Topology.INVOICES, new InvoiceCodec(), (Invoice i) -> i.orderId());
      List<String> inDoubt =
          lockstep.transactions().inDoubt().stream().map(InDoubt::transactionId).toList();
      InvariantChecker checker =
          new InvariantChecker()
              .pairs("row of orders", orders, "message in orders", messages)
              .pairs("row of invoices", invoices, "message in invoices", invoiceMessages)
              .inDoubt("the log", inDoubt)
              .inDoubt("PostgreSQL", prepared)
              .lag(Topology.BILLING, Topology.ORDERS, Topology.unbilled(lockstep));
      return new Comparison(
          orders.size(), messages.size(), invoices.size(), invoiceMessages.size(), checker.audit());
    }
  }

  private static List<Found> rows(Connection connection, String table, String key)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select " + key + ", xmin from " + table)) {
      List<Found> found = new ArrayList<>();
      while (rows.next()) {
        found.add(new Found(rows.getString(1), "transaction " + rows.getString(2)));
      }
      return found;
    }
  }

  private static <T> List<Found> messages(
      Lockstep lockstep, String topic, Codec<T> codec, Function<T, Object> key) {
    TopicInfo info = lockstep.topics().find(topic).orElseThrow();
    List<Found> found = new ArrayList<>();
    try (Consumer<T> consumer = lockstep.consumer(ConsumerConfig.of("audit", topic, codec))) {
      while (!atEnd(consumer, info)) {
        for (Message<T> message : consumer.poll(PATIENCE)) {
          String where = "partition " + message.partition() + ", offset " + message.offset();
          found.add(new Found(String.valueOf(key.apply(message.payload())), where));
        }
      }
    }
    return found;
  }

  private static boolean atEnd(Consumer<?> consumer, TopicInfo topic) {
    return consumer.assignment().stream()
        .allMatch(partition -> consumer.position(partition) >= topic.endOffset(partition));
  }

  /** Whether everything matches, and there is exactly as much of it as was ordered. */
  boolean holds(int expected) {
    return audit.holds()
        && orders == expected
        && messages == expected
        && invoices == expected
        && invoiceMessages == expected;
  }
}
