package dev.lockstep.datasource;

import java.io.PrintWriter;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.XAConnection;
import javax.sql.XADataSource;

/**
 * PostgreSQL's {@code PGXADataSource}, made safe for two-phase commit. A transaction manager acts
 * on the codes that a resource answers, and some of the driver's would make it lose a transaction:
 *
 * <ul>
 *   <li>A commit whose backend was terminated may answer {@code XAER_RMERR}, which means "rolled
 *       back" to a manager, though the branch is still prepared. Here it is finished on a new
 *       connection if that can be, and otherwise answers {@code XAER_RMFAIL}, which recovery tries
 *       again. A branch is given up only when {@code pg_prepared_xacts} does not list it.
 *   <li>Preparing a transaction in which a statement failed succeeds, and rolls it back. Here it
 *       answers {@code XA_RBROLLBACK}, so that everything else in the transaction rolls back too.
 *   <li>A serialization failure or a violated constraint at prepare or commit is a rollback, and is
 *       reported as one.
 *   <li>A connection that failed is closed and reported to its pool, also if that happened outside
 *       a statement.
 * </ul>
 *
 * <p>Usable by the pool of any container. Thread-safe, as far as the driver's data source is.
 */
public final class GuardedXADataSource implements XADataSource {
  private final XADataSource delegate;

  /**
   * Guards a data source of PostgreSQL's driver.
   *
   * @param delegate the driver's data source
   */
  public GuardedXADataSource(XADataSource delegate) {
    this.delegate = delegate;
  }

  @Override
  public XAConnection getXAConnection() throws SQLException {
    return open();
  }

  @Override
  public XAConnection getXAConnection(String user, String password) throws SQLException {
    return open(() -> delegate.getXAConnection(user, password));
  }

  /** As {@link #getXAConnection()}, with the type that the pool needs. */
  GuardedXAConnection open() throws SQLException {
    return open(delegate::getXAConnection);
  }

  private static GuardedXAConnection open(GuardedXAConnection.Opener opener) throws SQLException {
    return new GuardedXAConnection(opener.open(), opener);
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return delegate.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    delegate.setLogWriter(out);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return delegate.getLoginTimeout();
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    delegate.setLoginTimeout(seconds);
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return delegate.getParentLogger();
  }
}
