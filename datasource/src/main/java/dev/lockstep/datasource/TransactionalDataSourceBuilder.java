package dev.lockstep.datasource;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.Allowances;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects what a {@link TransactionalDataSource} needs; {@link #build()} checks it all, and asks
 * the database. Not thread-safe.
 */
public final class TransactionalDataSourceBuilder {
  private static final System.Logger LOGGER =
      System.getLogger(TransactionalDataSourceBuilder.class.getName());
  private static final Duration MIN_TIMEOUT = Duration.ofMillis(250);
  private static final Duration MIN_LEAK = Duration.ofSeconds(2);

  private final GuardedXADataSource database;
  private Optional<TransactionManager> transactionManager = Optional.empty();
  private Optional<TransactionSynchronizationRegistry> registry = Optional.empty();
  private String name = "lockstep";
  private int maximumPoolSize = 10;
  private Duration connectionTimeout = Duration.ofSeconds(30);
  private Optional<Duration> leakReportedAfter = Optional.empty();
  private final List<String> allowed = new ArrayList<>();

  /** What was collected, checked. */
  record Settings(
      GuardedXADataSource source,
      TransactionManager transactionManager,
      TransactionSynchronizationRegistry registry,
      String name,
      int maximumPoolSize,
      Duration connectionTimeout,
      Optional<Duration> leakReportedAfter,
      Allowances allowances) {}

  TransactionalDataSourceBuilder(GuardedXADataSource database) {
    this.database = database;
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
   * Reports, once for each, connections that are not given back for so long: those that were opened
   * outside of transactions and never closed, and those of transactions that do not end. The log
   * then has a warning that names the connection and shows where it was opened. Default: never,
   * since to know the place costs each opening some microseconds.
   *
   * @param time at least 2 s, and more than the longest transaction takes
   * @return this
   */
  public TransactionalDataSourceBuilder reportLeaksAfter(Duration time) {
    this.leakReportedAfter = Optional.of(time);
    return this;
  }

  /**
   * Allows something unsafe, by the name in the message that refuses it. It is logged at every
   * start. The system property {@code lockstep.allow} adds to these.
   *
   * @param names the names
   * @return this
   */
  public TransactionalDataSourceBuilder allow(String... names) {
    this.allowed.addAll(List.of(names));
    return this;
  }

  /**
   * Checks all settings, asks the database whether it can prepare transactions and keep them, and
   * opens the pool.
   *
   * @return the data source
   * @throws InvalidConfigException naming every problem at once, or all that is wrong with the
   *     database
   */
  public TransactionalDataSource build() {
    List<String> problems = new ArrayList<>();
    if (maximumPoolSize < 1) {
      problems.add("maximumPoolSize is " + maximumPoolSize + "; use at least 1");
    }
    if (connectionTimeout.compareTo(MIN_TIMEOUT) < 0) {
      problems.add("connectionTimeout is " + connectionTimeout + "; use at least " + MIN_TIMEOUT);
    }
    leakReportedAfter
        .filter(time -> time.compareTo(MIN_LEAK) < 0)
        .ifPresent(
            time -> problems.add("reportLeaksAfter is " + time + "; use at least " + MIN_LEAK));
    if (transactionManager.isEmpty() || registry.isEmpty()) {
      problems.add("set transactionManager and synchronizationRegistry, both of one manager");
    }
    if (!problems.isEmpty()) {
      throw new InvalidConfigException(
          "data source '" + name + "': " + String.join("; ", problems));
    }
    Allowances allowances = Allowances.of(allowed);
    allowances.enforce(new DatabaseCheck(database, name).findings(maximumPoolSize), LOGGER);
    return new TransactionalDataSource(
        new Settings(
            database,
            transactionManager.orElseThrow(),
            registry.orElseThrow(),
            name,
            maximumPoolSize,
            connectionTimeout,
            leakReportedAfter,
            allowances));
  }
}
