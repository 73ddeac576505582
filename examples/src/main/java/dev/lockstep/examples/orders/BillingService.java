package dev.lockstep.examples.orders;

import dev.lockstep.Consumer;
import dev.lockstep.Message;
import dev.lockstep.Producer;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/**
 * Bills orders: the acknowledgement of the order's message, the invoice's row and the invoice's
 * message commit together, or none of them does. For one thread, like its consumer.
 */
public final class BillingService {
  private final DataSource database;
  private final Consumer<Order> orders;
  private final Producer<Invoice> invoices;
  private final JtaTransactions transactions;

  /**
   * A service over an open log and database.
   *
   * @param database a DataSource that takes part in JTA transactions
   * @param orders the orders to bill
   * @param invoices where invoices are sent
   * @param manager begins and commits the transactions
   */
  public BillingService(
      DataSource database,
      Consumer<Order> orders,
      Producer<Invoice> invoices,
      TransactionManager manager) {
    this.database = database;
    this.orders = orders;
    this.invoices = invoices;
    this.transactions = new JtaTransactions(manager);
  }

  /**
   * Waits for orders and bills what one poll returns, in one transaction.
   *
   * @param patience how long to wait for the first one
   * @return the orders that were billed
   * @throws TransactionFailedException if they are not billed, or if that is not known; the next
   *     call gets them again exactly if they are not
   */
  public List<Order> bill(Duration patience) throws TransactionFailedException {
    return transactions.run(
        "billing",
        () -> {
          List<Order> polled = orders.poll(patience).stream().map(Message::payload).toList();
          for (Order order : polled) {
            bill(order);
          }
          return polled;
        });
  }

  private void bill(Order order) throws SQLException {
    Invoice invoice = new Invoice(order.id(), order.cents());
    try (Connection connection = database.getConnection()) {
      Tables.insert(connection, invoice);
    }
    invoices.send(String.valueOf(order.id()), invoice);
  }
}
