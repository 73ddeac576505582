package dev.lockstep.examples.orders;

import dev.lockstep.Producer;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import javax.sql.DataSource;

/** Takes orders: the row and the message commit together, or neither does. Thread-safe. */
public final class OrderService {
  private final DataSource database;
  private final Producer<Order> orders;
  private final JtaTransactions transactions;

  /**
   * A service over an open log and database.
   *
   * @param database a DataSource that takes part in JTA transactions
   * @param orders where orders are sent
   * @param manager begins and commits the transactions
   */
  public OrderService(DataSource database, Producer<Order> orders, TransactionManager manager) {
    this.database = database;
    this.orders = orders;
    this.transactions = new JtaTransactions(manager);
  }

  /**
   * Places an order.
   *
   * @param order the order
   * @throws TransactionFailedException if it is not placed, or if that is not known; placing it
   *     again is safe, and fails with a {@linkplain Tables#isDuplicate duplicate} if it is placed
   */
  public void place(Order order) throws TransactionFailedException {
    transactions.run(
        "placing order " + order.id(),
        () -> {
          try (Connection connection = database.getConnection()) {
            Tables.insert(connection, order);
          }
          return orders.send(String.valueOf(order.id()), order);
        });
  }
}
