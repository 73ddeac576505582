package dev.lockstep.examples.orders.naive;

import dev.lockstep.Message;
import dev.lockstep.Producer;
import dev.lockstep.examples.orders.Invoice;
import dev.lockstep.examples.orders.Order;
import dev.lockstep.examples.orders.Tables;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** Bills orders: commits the row, then sends the message, then acknowledges. For one thread. */
public final class NaiveBillingService {
  private final DataSource database;
  private final dev.lockstep.Consumer<Order> orders;
  private final Producer<Invoice> invoices;
  private final Consumer<Moment> reached;

  /** Polled, and not billed yet: an attempt that failed is repeated from here. */
  private final Deque<Order> polled = new ArrayDeque<>();

  /**
   * A service over an open log and database.
   *
   * @param database a plain DataSource, whose connections commit each statement
   * @param orders the orders to bill
   * @param invoices where invoices are sent, each in a transaction of the log
   * @param reached is told where the service is
   */
  public NaiveBillingService(
      DataSource database,
      dev.lockstep.Consumer<Order> orders,
      Producer<Invoice> invoices,
      Consumer<Moment> reached) {
    this.database = database;
    this.orders = orders;
    this.invoices = invoices;
    this.reached = reached;
  }

  /**
   * Waits for orders and bills one.
   *
   * @param patience how long to wait for the first one
   * @return the order that was billed, or none
   * @throws SQLException if the row is not committed, or if that is not known; the next call tries
   *     it again
   */
  public List<Order> bill(Duration patience) throws SQLException {
    if (polled.isEmpty()) {
      orders.poll(patience).stream().map(Message::payload).forEach(polled::add);
    }
    if (polled.isEmpty()) {
      return List.of();
    }
    Order order = polled.element();
    Invoice invoice = new Invoice(order.id(), order.cents());
    try (Connection connection = database.getConnection()) {
      Tables.insert(connection, invoice);
    }
    reached.accept(Moment.INVOICE_COMMITTED);
    invoices.send(String.valueOf(order.id()), invoice);
    reached.accept(Moment.INVOICE_SENT);
    polled.remove();
    if (polled.isEmpty()) {
      orders.commit();
    }
    return List.of(order);
  }
}
