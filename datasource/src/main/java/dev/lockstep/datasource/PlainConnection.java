package dev.lockstep.datasource;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A connection outside any transaction: commits each statement, and goes back when it is closed.
 */
final class PlainConnection implements ConnectionHandle.Mode {
  private final ConnectionPool pool;
  private final Connection connection;
  private volatile boolean altered;

  private PlainConnection(ConnectionPool pool, Connection connection) {
    this.pool = pool;
    this.connection = connection;
  }

  static Connection borrow(ConnectionPool pool) throws SQLException {
    Connection connection = pool.borrow();
    return new ConnectionHandle(connection, new PlainConnection(pool, connection))
        .as(Connection.class);
  }

  @Override
  public boolean isOver() {
    return false;
  }

  @Override
  public boolean isManaged() {
    return false;
  }

  @Override
  public void altered() {
    altered = true;
  }

  @Override
  public void closed() throws SQLException {
    if (altered) {
      pool.evict(connection);
    } else {
      connection.close();
    }
  }
}
