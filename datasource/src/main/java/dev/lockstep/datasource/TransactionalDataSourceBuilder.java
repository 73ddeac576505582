package dev.lockstep.datasource;

import dev.lockstep.InvalidConfigException;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.sql.XADataSource;
import javax.transaction.xa.XAResource;
import org.postgresql.xa.PGXADataSource;

/**
 * Collects what a {@link TransactionalDataSource} needs; {@link #build()} checks it all, and asks
 * the database. Not thread-safe.
 */
public final class TransactionalDataSourceBuilder {
  private static final Duration MIN_TIMEOUT = Duration.ofMillis(250);

  private Optional<String> url = Optional.empty();
  private Optional<String> user = Optional.empty();
  private Optional<String> password = Optional.empty();
  private Optional<XADataSource> xaDataSource = Optional.empty();
  private Optional<TransactionManager> transactionManager = Optional.empty();
  private Optional<TransactionSynchronizationRegistry> registry = Optional.empty();
  private UnaryOperator<XAResource> enlistment = UnaryOperator.identity();
  private String name = "lockstep";
  private int maximumPoolSize = 10;
  private Duration connectionTimeout = Duration.ofSeconds(30);

  /** What was collected, checked. */
  record Settings(
      GuardedXADataSource source,
      TransactionManager transactionManager,
      TransactionSynchronizationRegistry registry,
      UnaryOperator<XAResource> enlistment,
      String name,
      int maximumPoolSize,
      Duration connectionTimeout) {}

  TransactionalDataSourceBuilder() {}

  /**
   * The database. Required, unless {@link #xaDataSource} says which.
   *
   * @param url a JDBC URL of PostgreSQL; user and password may be parameters of it
   * @return this
   */
  public TransactionalDataSourceBuilder url(String url) {
    this.url = Optional.of(url);
    return this;
  }

  /**
   * The user of all connections.
   *
   * @param user the user
   * @return this
   */
  public TransactionalDataSourceBuilder user(String user) {
    this.user = Optional.of(user);
    return this;
  }

  /**
   * The user's password.
   *
   * @param password the password
   * @return this
   */
  public TransactionalDataSourceBuilder password(String password) {
    this.password = Optional.of(password);
    return this;
  }

  /**
   * The database, by a data source of PostgreSQL's driver, which is guarded as {@link
   * GuardedXADataSource} does.
   *
   * @param dataSource the driver's data source
   * @return this
   */
  public TransactionalDataSourceBuilder xaDataSource(XADataSource dataSource) {
    this.xaDataSource = Optional.of(dataSource);
    return this;
  }

  /**
   * Who commits and rolls back. Required.
   *
   * @param transactionManager the transaction manager
   * @return this
   */
  public TransactionalDataSourceBuilder transactionManager(TransactionManager transactionManager) {
    this.transactionManager = Optional.of(transactionManager);
    return this;
  }

  /**
   * The same manager's registry. Required.
   *
   * @param registry the registry
   * @return this
   */
  public TransactionalDataSourceBuilder synchronizationRegistry(
      TransactionSynchronizationRegistry registry) {
    this.registry = Optional.of(registry);
    return this;
  }

  /**
   * Decorates each resource before it is enlisted, for managers that look for more than an
   * XAResource, such as its name. Default: as it is.
   *
   * @param enlistment makes the resource to enlist out of the connection's
   * @return this
   */
  public TransactionalDataSourceBuilder enlistment(UnaryOperator<XAResource> enlistment) {
    this.enlistment = enlistment;
    return this;
  }

  /**
   * The pool's name in messages. Default: lockstep.
   *
   * @param name the name
   * @return this
   */
  public TransactionalDataSourceBuilder name(String name) {
    this.name = name;
    return this;
  }

  /**
   * The most connections at a time, that is, transactions. Default: 10.
   *
   * @param connections at least 1
   * @return this
   */
  public TransactionalDataSourceBuilder maximumPoolSize(int connections) {
    this.maximumPoolSize = connections;
    return this;
  }

  /**
   * How long to wait for a connection. Default: 30 seconds.
   *
   * @param timeout at least 250 ms
   * @return this
   */
  public TransactionalDataSourceBuilder connectionTimeout(Duration timeout) {
    this.connectionTimeout = timeout;
    return this;
  }

  /**
   * Checks all settings, asks the database whether it can prepare transactions, and opens the pool.
   *
   * @return the data source
   * @throws InvalidConfigException naming every problem at once, or what is wrong with the database
   */
  public TransactionalDataSource build() {
    List<String> problems = new ArrayList<>();
    if (url.isPresent() == xaDataSource.isPresent()) {
      problems.add("set either url or xaDataSource");
    }
    if (xaDataSource.isPresent() && (user.isPresent() || password.isPresent())) {
      problems.add("user and password belong to url; an xaDataSource has its own");
    }
    if (maximumPoolSize < 1) {
      problems.add("maximumPoolSize is " + maximumPoolSize + "; use at least 1");
    }
    if (connectionTimeout.compareTo(MIN_TIMEOUT) < 0) {
      problems.add("connectionTimeout is " + connectionTimeout + "; use at least " + MIN_TIMEOUT);
    }
    if (transactionManager.isEmpty() || registry.isEmpty()) {
      problems.add("set transactionManager and synchronizationRegistry, both of one manager");
    }
    if (!problems.isEmpty()) {
      throw new InvalidConfigException(
          "data source '" + name + "': " + String.join("; ", problems));
    }
    return open();
  }

  private TransactionalDataSource open() {
    GuardedXADataSource source = new GuardedXADataSource(xaDataSource.orElseGet(this::driver));
    new DatabaseCheck(source, where()).run(maximumPoolSize);
    return new TransactionalDataSource(
        new Settings(
            source,
            transactionManager.orElseThrow(),
            registry.orElseThrow(),
            enlistment,
            name,
            maximumPoolSize,
            connectionTimeout));
  }

  private XADataSource driver() {
    PGXADataSource driver = new PGXADataSource();
    try {
      driver.setUrl(url.orElseThrow());
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigException(
          "data source '"
              + name
              + "': '"
              + withoutParameters(url.orElseThrow())
              + "' is not a JDBC URL of PostgreSQL; write jdbc:postgresql://host:port/database",
          e);
    }
    user.ifPresent(driver::setUser);
    password.ifPresent(driver::setPassword);
    return driver;
  }

  private String where() {
    return xaDataSource
        .map(given -> given instanceof PGXADataSource driver ? driver.getUrl() : "the database")
        .or(() -> url)
        .map(TransactionalDataSourceBuilder::withoutParameters)
        .map(place -> "data source '" + name + "': " + place)
        .orElseThrow();
  }

  /** The parameters may hold a password. */
  private static String withoutParameters(String url) {
    int parameters = url.indexOf('?');
    return parameters < 0 ? url : url.substring(0, parameters);
  }
}
