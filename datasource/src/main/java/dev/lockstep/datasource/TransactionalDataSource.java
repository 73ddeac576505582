package dev.lockstep.datasource;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.spi.Allowances;
import dev.lockstep.spi.Participant;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.logging.Logger;
import javax.sql.DataSource;
import javax.transaction.xa.XAResource;

/**
 * A pool of connections to PostgreSQL that take part in JTA transactions, for Java SE.
 *
 * <p><b>In a transaction</b>, all connections that are got in it are handles of one: it is enlisted
 * at the first use, and goes back to the pool when the transaction has completed. Closing a handle
 * closes its statements only; {@code commit}, {@code rollback}, {@code setAutoCommit(true)} and
 * savepoints are refused. After the transaction a handle is of no use any more. A transaction that
 * times out cancels the statement that runs in it.
 *
 * <p><b>Outside of one</b>, a connection commits each statement, and goes back when it is closed.
 *
 * <p>The connections are those of a {@link GuardedXADataSource}. Branches that a crash left
 * prepared are finished by the transaction manager's recovery, for which {@link
 * GuardedXADataSource#openRecovery} must be registered.
 *
 * <p><b>A participant.</b> Where it is configured as one of a log, that log's doctor and its
 * in-doubt desk ask the database, on connections that are none of the pool's. Thread-safe.
 */
public final class TransactionalDataSource implements DataSource, Participant, AutoCloseable {
  private final GuardedXADataSource source;
  private final ConnectionPool pool;
  private final TransactionManager transactionManager;
  private final TransactionSynchronizationRegistry registry;
  private final String name;
  private final int maximumPoolSize;
  private final Duration connectionTimeout;
  private final Allowances allowances;
  private final DatabaseCheck check;

  TransactionalDataSource(TransactionalDataSourceBuilder.Settings settings) {
    this.source = settings.source();
    this.transactionManager = settings.transactionManager();
    this.registry = settings.registry();
    this.name = settings.name();
    this.maximumPoolSize = settings.maximumPoolSize();
    this.connectionTimeout = settings.connectionTimeout();
    this.allowances = settings.allowances();
    this.check = new DatabaseCheck(source, settings.name());
    this.pool = new ConnectionPool(settings);
  }

  /**
   * A builder with the defaults.
   *
   * @param database where the connections are opened
   * @return a new builder
   */
  public static TransactionalDataSourceBuilder builder(GuardedXADataSource database) {
    return new TransactionalDataSourceBuilder(database);
  }

  @Override
  public Connection getConnection() throws SQLException {
    return switch (registry.getTransactionStatus()) {
      case Status.STATUS_NO_TRANSACTION, Status.STATUS_COMMITTED, Status.STATUS_ROLLEDBACK ->
          PlainConnection.borrow(pool);
      case Status.STATUS_ACTIVE, Status.STATUS_MARKED_ROLLBACK -> pinned().newHandle();
      default ->
          throw new SQLNonTransientException(
              "the transaction is completing; no connection can join it any more");
    };
  }

  private PinnedConnection pinned() throws SQLException {
    if (registry.getResource(this) instanceof PinnedConnection pinned) {
      return pinned;
    }
    PinnedConnection pinned = PinnedConnection.borrow(pool);
    try {
      registry.registerInterposedSynchronization(new Release(pinned));
      enlist(pinned.resource());
      registry.putResource(this, pinned);
      return pinned;
    } catch (SQLException | RuntimeException e) {
      pinned.release();
      throw e instanceof SQLException sql ? sql : notJoined(e);
    }
  }

  private void enlist(XAResource resource) throws SQLException {
    try {
      Transaction transaction = transactionManager.getTransaction();
      if (!transaction.enlistResource(resource)) {
        throw new SQLNonTransientException(
            "the transaction manager refused the connection, and its log says why; the transaction"
                + " can only be rolled back");
      }
    } catch (RollbackException | SystemException e) {
      throw notJoined(e);
    }
  }

  private static SQLException notJoined(Exception cause) {
    return new SQLNonTransientException(
        "the connection could not join the transaction: " + cause.getMessage(), cause);
  }

  private static final class Release implements Synchronization {
    private final PinnedConnection pinned;

    private Release(PinnedConnection pinned) {
      this.pinned = pinned;
    }

    @Override
    public void beforeCompletion() {
      // All is done by the resource.
    }

    @Override
    public void afterCompletion(int status) {
      pinned.release();
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<String> identity() {
    try {
      return Optional.of(check.ask(DatabaseFacts::identity));
    } catch (SQLException e) {
      return Optional.empty(); // that it does not answer, the diagnosis says
    }
  }

  @Override
  public List<Finding> diagnose(Optional<Duration> transactionTimeout) {
    return allowances
        .judge(check.findings(maximumPoolSize, connectionTimeout, transactionTimeout))
        .findings();
  }

  @Override
  public List<Prepared> prepared() throws SQLException {
    return check.ask(PreparedTransactions::in);
  }

  /** Closes all connections. What is still in use fails; transactions in it are rolled back. */
  @Override
  public void close() {
    pool.close();
  }

  /**
   * Not supported: all connections are those of one user.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException(
        "the user is part of the configuration of this data source; use getConnection()");
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return source.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    source.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    source.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return source.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return source.getParentLogger();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    throw new SQLException("not a wrapper for " + type.getName());
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }
}
