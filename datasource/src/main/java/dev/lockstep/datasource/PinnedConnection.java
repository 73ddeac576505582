package dev.lockstep.datasource;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import javax.transaction.xa.XAResource;

/**
 * The one connection of a transaction: taken from the pool at first use, and given back when the
 * transaction has completed, since only this connection can prepare and commit its work.
 */
final class PinnedConnection {
  private static final System.Logger LOGGER = System.getLogger(PinnedConnection.class.getName());

  private final ConnectionPool pool;
  private final Connection connection;
  private final GuardedXAConnection xa;
  private final Thread owner = Thread.currentThread();
  private volatile boolean released;
  private volatile boolean altered;

  private PinnedConnection(ConnectionPool pool, Connection connection, GuardedXAConnection xa) {
    this.pool = pool;
    this.connection = connection;
    this.xa = xa;
  }

  static PinnedConnection borrow(ConnectionPool pool) throws SQLException {
    Connection connection = pool.borrow();
    try {
      // So that a statement that comes after the branch was rolled back is never committed.
      connection.setAutoCommit(false);
      return new PinnedConnection(pool, connection, connection.unwrap(GuardedXAConnection.class));
    } catch (SQLException e) {
      pool.evict(connection);
      throw e;
    }
  }

  XAResource resource() {
    return xa.getXAResource();
  }

  Connection newHandle() {
    return new ConnectionHandle(connection, new InTransaction()).as(Connection.class);
  }

  /** What a handle may not do, and what its close means, in a transaction. */
  private final class InTransaction implements ConnectionHandle.Mode {
    @Override
    public boolean isOver() {
      return released;
    }

    @Override
    public boolean isManaged() {
      return true;
    }

    @Override
    public void altered() {
      altered = true;
    }

    @Override
    public void closed() {
      // The transaction still needs the connection.
    }
  }

  /**
   * Gives the connection back. If another thread than the user's rolled the transaction back or
   * completed it, as a manager does after a timeout, the user may still be at work: then nobody may
   * get the connection.
   */
  void release() {
    if (released) {
      return;
    }
    released = true;
    if (altered || !xa.isReusable() || !Thread.currentThread().equals(owner)) {
      pool.evict(connection);
      return;
    }
    try {
      connection.close();
    } catch (SQLException e) {
      LOGGER.log(Level.DEBUG, "closing a connection that failed", e);
    }
  }
}
