package dev.lockstep.examples.orders.demo;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.examples.orders.InvoiceCodec;
import dev.lockstep.examples.orders.OrderCodec;
import dev.lockstep.examples.orders.worker.Topology;
import dev.lockstep.testkit.Audit;
import dev.lockstep.testkit.Contents;
import dev.lockstep.testkit.InvariantChecker;
import dev.lockstep.testkit.InvariantChecker.Found;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

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
      List<Found> orders = Contents.rows(connection, "select id from orders");
      List<Found> invoices = Contents.rows(connection, "select order_id from invoices");
      List<Found> messages =
          Contents.messages(
              lockstep, Topology.ORDERS, new OrderCodec(), message -> key(message.payload().id()));
      List<Found> invoiceMessages =
          Contents.messages(
              lockstep,
              Topology.INVOICES,
              new InvoiceCodec(),
              message -> key(message.payload().orderId()));
      InvariantChecker checker =
          new InvariantChecker()
              .pairs("row of orders", orders, "message in orders", messages)
              .pairs("row of invoices", invoices, "message in invoices", invoiceMessages)
              .inDoubt("the log", Contents.inDoubt(lockstep))
              .inDoubt("PostgreSQL", prepared)
              .lag(Topology.BILLING, Topology.ORDERS, Topology.unbilled(lockstep));
      return new Comparison(
          orders.size(), messages.size(), invoices.size(), invoiceMessages.size(), checker.audit());
    }
  }

  private static String key(long orderId) {
    return Long.toString(orderId);
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
