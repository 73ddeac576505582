package dev.lockstep.datasource;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.datasource.GuardedXAConnection.Opened;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Optional;
import java.util.logging.Logger;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.xa.PGXAConnection;
import org.postgresql.xa.PGXADataSource;

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
 *   <li>The vote of a read-only connection, which the driver gives after preparing, is not passed
 *       on: the branch would stay prepared.
 *   <li>A connection that failed is closed and reported to its pool, also if that happened outside
 *       a statement.
 * </ul>
 *
 * <p>Usable by the pool of any container: as a {@code xa-datasource-class}, or the class name of a
 * {@code DataSourceDefinition}, with the properties {@code url}, {@code user} and {@code password}.
 * Thread-safe, as far as the driver's data source is.
 */
public final class GuardedXADataSource implements XADataSource {
  private final XADataSource delegate;
  private final DatabaseIdentity identity = new DatabaseIdentity(this);

  /** Guards PostgreSQL's driver, for containers: they set the properties afterwards. */
  public GuardedXADataSource() {
    this(new PGXADataSource());
  }

  /**
   * Guards a data source of PostgreSQL's driver, or one that wraps it.
   *
   * @param delegate the driver's data source
   */
  public GuardedXADataSource(XADataSource delegate) {
    this.delegate = delegate;
  }

  /**
   * Guards PostgreSQL's driver.
   *
   * @param url a JDBC URL of PostgreSQL, with {@code user} and {@code password} as parameters
   * @return the data source
   * @throws InvalidConfigException if the URL is not one of PostgreSQL
   */
  public static GuardedXADataSource of(String url) {
    return new GuardedXADataSource(driver(url));
  }

  /**
   * Guards PostgreSQL's driver.
   *
   * @param url a JDBC URL of PostgreSQL
   * @param user the user
   * @param password the user's password
   * @return the data source
   * @throws InvalidConfigException if the URL is not one of PostgreSQL
   */
  public static GuardedXADataSource of(String url, String user, String password) {
    PGXADataSource driver = driver(url);
    driver.setUser(user);
    driver.setPassword(password);
    return new GuardedXADataSource(driver);
  }

  private static PGXADataSource driver(String url) {
    PGXADataSource driver = new PGXADataSource();
    setUrl(driver, url);
    return driver;
  }

  private static void setUrl(PGXADataSource driver, String url) {
    try {
      driver.setUrl(url);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigException(
          "'"
              + withoutParameters(url)
              + "' is not a JDBC URL of PostgreSQL; write jdbc:postgresql://host:port/database",
          e);
    }
  }

  /** The parameters may hold a password. */
  private static String withoutParameters(String url) {
    int parameters = url.indexOf('?');
    return parameters < 0 ? url : url.substring(0, parameters);
  }

  /**
   * Sets where the database is.
   *
   * @param url a JDBC URL of PostgreSQL
   * @throws InvalidConfigException if the URL is not one of PostgreSQL
   */
  public void setUrl(String url) {
    setUrl(driver(), url);
  }

  /**
   * Where the database is.
   *
   * @return the JDBC URL
   */
  public String getUrl() {
    return driver().getUrl();
  }

  /**
   * Sets the user.
   *
   * @param user the user
   */
  public void setUser(String user) {
    driver().setUser(user);
  }

  /**
   * The user.
   *
   * @return the user, if one is set
   */
  public @Nullable String getUser() {
    return driver().getUser();
  }

  /**
   * Sets the user's password. There is no getter.
   *
   * @param password the password
   */
  public void setPassword(String password) {
    driver().setPassword(password);
  }

  private PGXADataSource driver() {
    if (delegate instanceof PGXADataSource driver) {
      return driver;
    }
    throw new IllegalStateException(
        "the data source that is guarded is a "
            + delegate.getClass().getName()
            + ", which has its own properties; set them there");
  }

  @Override
  public XAConnection getXAConnection() throws SQLException {
    return open();
  }

  @Override
  public XAConnection getXAConnection(String user, String password) throws SQLException {
    return open(
        delegate.getClass() == PGXADataSource.class
            ? () -> opened(driver().getConnection(user, password))
            : () -> new Opened(delegate.getXAConnection(user, password), Optional.empty()));
  }

  /** As {@link #getXAConnection()}, with the type that the pool needs. */
  GuardedXAConnection open() throws SQLException {
    return open(
        delegate.getClass() == PGXADataSource.class
            ? () -> opened(driver().getConnection())
            : () -> new Opened(delegate.getXAConnection(), Optional.empty()));
  }

  /** Makes of a connection what the driver's data source makes of it, with a last statement. */
  private static Opened opened(Connection connection) throws SQLException {
    LastStatement last = new LastStatement(connection.unwrap(BaseConnection.class));
    return new Opened(new PGXAConnection(last.connection()), Optional.of(last));
  }

  private GuardedXAConnection open(GuardedXAConnection.Opener opener) throws SQLException {
    Opened opened = opener.open();
    try {
      return new GuardedXAConnection(opened, opener, this);
    } catch (SQLException e) {
      opened.connection().close();
      throw e;
    }
  }

  /**
   * Opens a resource for one pass of a transaction manager's recovery, which lists the prepared
   * branches and finishes them. Each pass should open its own, since the last one's may be dead.
   *
   * @return a resource with a connection of its own, to be given to {@link #closeRecovery}
   * @throws SQLException if PostgreSQL does not answer
   */
  public XAResource openRecovery() throws SQLException {
    return open().getXAResource();
  }

  /**
   * Closes the connection of a resource that {@link #openRecovery} opened, working or not.
   *
   * @param resource the resource
   */
  public void closeRecovery(XAResource resource) {
    if (resource instanceof GuardedXAResource guarded) {
      guarded.owner().closeQuietly();
    }
  }

  /**
   * Whether a resource belongs to a connection of this data source. A resource may be decorated if
   * it passes {@link XAResource#isSameRM} on.
   *
   * @param resource any resource
   * @return true if it is one of a connection of this data source
   */
  public boolean owns(XAResource resource) {
    try {
      return resource.isSameRM(identity);
    } catch (XAException e) {
      // It does not understand the question, so that it is none of ours.
      return false;
    }
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

  /** Where the database is, without what must not be told. */
  @Override
  public String toString() {
    return delegate instanceof PGXADataSource driver
        ? withoutParameters(driver.getUrl())
        : delegate.getClass().getName();
  }
}
