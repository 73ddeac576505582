package dev.lockstep.examples.orders;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The tables of the order service. */
public final class Tables {
  private Tables() {}

  /**
   * Creates the tables where they are missing.
   *
   * <p>An invoice has its own number, and nothing keeps a second one for the same order out: if
   * there ever is one, it shall be seen.
   *
   * @param connection a connection in auto-commit mode
   * @throws SQLException if the database refuses
   */
  public static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "create table if not exists orders"
              + " (id bigint primary key, customer text not null, cents bigint not null)");
      statement.execute(
          "create table if not exists invoices"
              + " (number bigint generated always as identity primary key,"
              + " order_id bigint not null, cents bigint not null)");
    }
  }

  /**
   * Inserts an order's row.
   *
   * @param connection a connection, in whatever transaction it is
   * @param order the order
   * @throws SQLException with SQLSTATE 23505 if there is such an order
   */
  public static void insert(Connection connection, Order order) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into orders (id, customer, cents) values (?, ?, ?)")) {
      insert.setLong(1, order.id());
      insert.setString(2, order.customer());
      insert.setLong(3, order.cents());
      insert.executeUpdate();
    }
  }

  /**
   * Inserts an invoice's row.
   *
   * @param connection a connection, in whatever transaction it is
   * @param invoice the invoice
   * @throws SQLException if the database refuses
   */
  public static void insert(Connection connection, Invoice invoice) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into invoices (order_id, cents) values (?, ?)")) {
      insert.setLong(1, invoice.orderId());
      insert.setLong(2, invoice.cents());
      insert.executeUpdate();
    }
  }

  /**
   * The orders that have no row.
   *
   * @param connection a connection in auto-commit mode
   * @param orders how many there should be: 1 to this number
   * @return the ids that are missing, ascending
   * @throws SQLException if the database refuses
   */
  public static List<Long> missingOrders(Connection connection, int orders) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select n from generate_series(1, ?) n where not exists"
                + " (select 1 from orders where id = n) order by n")) {
      select.setInt(1, orders);
      List<Long> missing = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          missing.add(rows.getLong(1));
        }
      }
      return missing;
    }
  }

  /**
   * Whether an exception says that a row of that key exists.
   *
   * @param failure an exception
   * @return true if it, or a cause of it, is PostgreSQL's unique violation
   */
  public static boolean isDuplicate(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && "23505".equals(sql.getSQLState())) {
        return true;
      }
    }
    return false;
  }
}
