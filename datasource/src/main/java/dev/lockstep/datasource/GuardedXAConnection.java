package dev.lockstep.datasource;

import dev.lockstep.jdbc.Companion;
import dev.lockstep.jdbc.Invocation;
import dev.lockstep.jdbc.JointCommit;
import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
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
    Opened open() throws SQLException;
  }

  /**
   * A connection of the driver, and what can be executed with the end of its transactions: empty if
   * the driver's data source is wrapped, so that its connections are made elsewhere.
   */
  record Opened(XAConnection connection, Optional<LastStatement> last) {}

  /** What a pool or a container gets: the driver's handle, and the way to a joint commit. */
  private interface DriverConnection extends Connection, PGConnection {}

  /** The transaction on the connection, as the server last said. */
  enum Work {
    OPEN,
    /** A statement failed: the server takes no other, and rolls back at the end. */
    FAILED,
    NONE
  }

  private final XAConnection delegate;
  private final Optional<LastStatement> last;
  private final Opener opener;
  private final GuardedXADataSource database;
  private final GuardedXAResource resource;
  private final List<ConnectionEventListener> listeners = new CopyOnWriteArrayList<>();
  private volatile Optional<BaseConnection> session = Optional.empty();
  private volatile boolean discarded;
  private volatile boolean interrupted;

  GuardedXAConnection(Opened opened, Opener opener, GuardedXADataSource database)
      throws SQLException {
    this.delegate = opened.connection();
    this.last = opened.last();
    this.opener = opener;
    this.database = database;
    this.resource = new GuardedXAResource(delegate.getXAResource(), this);
    delegate.addConnectionEventListener(new Forwarder());
  }

  @Override
  public Connection getConnection() throws SQLException {
    return new Handle(handle()).as(DriverConnection.class);
  }

  /** Leads whoever asks for it to the resource; the driver does not know that. */
  private final class Handle extends Invocation {
    private Handle(Connection handle) {
      super(handle);
    }

    @Override
    protected @Nullable Object answer(Method method, @Nullable Object[] arguments)
        throws Throwable {
      boolean asksForJoint = arguments.length == 1 && arguments[0] == JointCommit.class;
      return switch (method.getName()) {
        case "unwrap" -> asksForJoint ? resource : pass(method, arguments);
        case "isWrapperFor" -> asksForJoint || Boolean.TRUE.equals(pass(method, arguments));
        default -> pass(method, arguments);
      };
    }
  }

  /** The driver's own handle. */
  Connection handle() throws SQLException {
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

  JointCommit jointCommit() {
    return resource;
  }

  /**
   * Has a statement executed as the last one of the transaction: with its commit or prepare, which
   * must be next, or now.
   */
  void executeLast(Companion.Sealed statement) throws SQLException {
    if (last.isPresent()) {
      last.get().arm(statement);
    } else {
      try (Statement now = session.orElseThrow().createStatement()) {
        now.execute(statement.text());
      }
    }
  }

  /** The transaction has ended. */
  void disarm() {
    last.ifPresent(LastStatement::disarm);
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
    return opener.open().connection();
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
