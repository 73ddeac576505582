package dev.lockstep.examples.orders.naive;

import dev.lockstep.Producer;
import dev.lockstep.examples.orders.Order;
import dev.lockstep.examples.orders.Tables;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** Takes orders: commits the row, then sends the message. */
public final class NaiveOrderService {
  private final DataSource database;
  private final Producer<Order> orders;
  private final Consumer<Moment> reached;

  /**
   * A service over an open log and database.
   *
   * @param database a plain DataSource, whose connections commit each statement
   * @param orders where orders are sent, each in a transaction of the log
   * @param reached is told where the service is
   */
  public NaiveOrderService(DataSource database, Producer<Order> orders, Consumer<Moment> reached) {
    this.database = database;
    this.orders = orders;
    this.reached = reached;
  }

  /**
   * Places an order.
   *
   * @param order the order
   * @throws SQLException if the row is not committed, or if that is not known
   */
  public void place(Order order) throws SQLException {
    try (Connection connection = database.getConnection()) {
      Tables.insert(connection, order);
    }
    reached.accept(Moment.ORDER_COMMITTED);
    orders.send(String.valueOf(order.id()), order);
  }
}
