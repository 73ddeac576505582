package dev.lockstep.datasource;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import javax.sql.ConnectionEvent;
import javax.sql.ConnectionEventListener;
import javax.sql.StatementEventListener;
import javax.sql.XAConnection;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.postgresql.core.BaseConnection;

/**
 * A connection whose resource is a {@link GuardedXAResource}. When that finds that the connection
 * is of no use any more, it is closed, and the listeners are told, so that a pool gives it to
 * nobody.
 */
final class GuardedXAConnection implements XAConnection {
  private static final System.Logger LOGGER = System.getLogger(GuardedXAConnection.class.getName());

  /** Opens a connection to the same database as the same user. */
  interface Opener {
    XAConnection open() throws SQLException;
  }

  /** The transaction on the connection, as the server last said. */
  enum Work {
    OPEN,
    /** A statement failed: the server takes no other, and rolls back at the end. */
    FAILED,
    NONE
  }

  private final XAConnection delegate;
  private final Opener opener;
  private final GuardedXADataSource database;
  private final GuardedXAResource resource;
  private final List<ConnectionEventListener> listeners = new CopyOnWriteArrayList<>();
  private volatile Optional<BaseConnection> session = Optional.empty();
  private volatile boolean discarded;
  private volatile boolean interrupted;

  GuardedXAConnection(XAConnection delegate, Opener opener, GuardedXADataSource database)
      throws SQLException {
    this.delegate = delegate;
    this.opener = opener;
    this.database = database;
    this.resource = new GuardedXAResource(delegate.getXAResource(), this);
    delegate.addConnectionEventListener(new Forwarder());
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection handle = delegate.getConnection();
    if (!handle.isWrapperFor(BaseConnection.class)) {
      throw new SQLException(
          "a GuardedXADataSource needs PostgreSQL's own driver, and "
              + handle.getClass().getName()
              + " does not unwrap to it; give it a PGXADataSource");
    }
    session = Optional.of(handle.unwrap(BaseConnection.class));
    return handle;
  }

  @Override
  public XAResource getXAResource() {
    return resource;
  }

  GuardedXADataSource database() {
    return database;
  }

  /** Known without asking the server. Without a handle nobody can have done any work. */
  Work work() {
    return session
        .map(
            connection ->
                switch (connection.getTransactionState()) {
                  case OPEN -> Work.OPEN;
                  case FAILED -> Work.FAILED;
                  case IDLE -> Work.NONE;
                })
        .orElse(Work.OPEN);
  }

  /**
   * Has the server give up the statement that runs on the connection, if one does. Nothing says
   * when such a request has arrived: it must not meet the next transaction's statement.
   */
  void cancelStatement() {
    interrupted = true;
    session.ifPresent(
        connection -> {
          try {
            connection.cancelQuery();
          } catch (SQLException e) {
            LOGGER.log(Level.DEBUG, "the running statement could not be cancelled", e);
          }
        });
  }

  /** Whether another transaction may use the connection. */
  boolean isReusable() {
    return !discarded && resource.isIdle() && !interrupted;
  }

  boolean isDiscarded() {
    return discarded;
  }

  XAConnection reopen() throws SQLException {
    return opener.open();
  }

  /** Closes the connection, which makes the server roll back what is not prepared on it. */
  void discard(XAException cause) {
    if (discarded) {
      return;
    }
    discarded = true;
    LOGGER.log(
        Level.WARNING,
        "LSTP-0601: closing a connection to " + database + " that failed: " + cause.getMessage());
    closeQuietly();
    SQLException failure = new SQLException(cause.getMessage(), cause);
    fire(ConnectionEventListener::connectionErrorOccurred, failure);
  }

  /** Closes a connection that may be dead already. */
  void closeQuietly() {
    try {
      delegate.close();
    } catch (SQLException e) {
      LOGGER.log(Level.DEBUG, "closing a connection that failed", e);
    }
  }

  @Override
  public void close() throws SQLException {
    delegate.close();
  }

  @Override
  public void addConnectionEventListener(ConnectionEventListener listener) {
    listeners.add(listener);
  }

  @Override
  public void removeConnectionEventListener(ConnectionEventListener listener) {
    listeners.remove(listener);
  }

  @Override
  public void addStatementEventListener(StatementEventListener listener) {
    delegate.addStatementEventListener(listener);
  }

  @Override
  public void removeStatementEventListener(StatementEventListener listener) {
    delegate.removeStatementEventListener(listener);
  }

  private void fire(
      BiConsumer<ConnectionEventListener, ConnectionEvent> event, SQLException failure) {
    ConnectionEvent fromHere = new ConnectionEvent(this, failure);
    listeners.forEach(listener -> event.accept(listener, fromHere));
  }

  /** Pools look up the source of an event among their connections, and know only this one. */
  private final class Forwarder implements ConnectionEventListener {
    @Override
    public void connectionClosed(ConnectionEvent event) {
      fire(ConnectionEventListener::connectionClosed, event.getSQLException());
    }

    @Override
    public void connectionErrorOccurred(ConnectionEvent event) {
      fire(ConnectionEventListener::connectionErrorOccurred, event.getSQLException());
    }
  }
}
