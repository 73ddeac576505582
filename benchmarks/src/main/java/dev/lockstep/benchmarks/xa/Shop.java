package dev.lockstep.benchmarks.xa;

import dev.lockstep.benchmarks.harness.Load.Step;
import dev.lockstep.benchmarks.peers.ArtemisSender;
import dev.lockstep.datasource.GuardedXADataSource;
import dev.lockstep.datasource.TransactionalDataSource;
import dev.lockstep.xa.narayana.NarayanaTransactions;
import dev.lockstep.xa.narayana.RecoverableResource;
import dev.lockstep.xa.narayana.TransactionStore;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** A transaction manager, a table, and what else a contender commits with a row of it. */
final class Shop implements AutoCloseable {
  private static final int CONNECTIONS = 16;

  /** A pass of recovery would only disturb: nothing fails here. */
  private static final Duration NO_RECOVERY = Duration.ofHours(1);

  private final Runnable managerEnd;
  private final TransactionManager manager;
  private final TransactionalDataSource database;
  private final Other other;
  private final String insert;
  private final AtomicLong ids = new AtomicLong();

  private Shop(
      Runnable managerEnd,
      TransactionManager manager,
      TransactionalDataSource database,
      Other other,
      String table) {
    this.managerEnd = managerEnd;
    this.manager = manager;
    this.database = database;
    this.other = other;
    this.insert = "insert into " + table + " values (?, ?)";
  }

  static Shop open(Contender contender, String jdbcUrl, Path directory) throws Exception {
    String node = "bench-" + contender.name();
    String table = "sold_" + contender.name().toLowerCase(Locale.ROOT);
    GuardedXADataSource postgres = GuardedXADataSource.of(jdbcUrl);
    if (contender == Contender.CEILING) {
      TransactionManager manager = VolatileManager.setUp(node);
      return new Shop(
          () -> {},
          manager,
          pool(postgres, manager, VolatileManager.registry(), table),
          new NoOther(manager),
          table);
    }
    NarayanaTransactions transactions =
        NarayanaTransactions.builder(node, directory.resolve("transactions"))
            .recoveryInterval(NO_RECOVERY)
            .store(
                contender == Contender.CO_LOCATED
                    ? TransactionStore.CO_LOCATED
                    : TransactionStore.FILES)
            .recover(
                RecoverableResource.of(
                    table, postgres::owns, postgres::openRecovery, postgres::closeRecovery))
            .open();
    TransactionManager manager = transactions.transactionManager();
    return new Shop(
        transactions::close,
        manager,
        pool(postgres, manager, transactions.synchronizationRegistry(), table),
        other(contender, transactions, directory),
        table);
  }

  private static TransactionalDataSource pool(
      GuardedXADataSource postgres,
      TransactionManager manager,
      TransactionSynchronizationRegistry registry,
      String table)
      throws SQLException {
    TransactionalDataSource pool =
        TransactionalDataSource.builder(postgres)
            .name(table)
            .maximumPoolSize(CONNECTIONS)
            .transactionManager(manager)
            .synchronizationRegistry(registry)
            .build();
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table " + table + " (id bigint primary key, item text not null)");
    }
    return pool;
  }

  private static Other other(Contender contender, NarayanaTransactions transactions, Path directory)
      throws Exception {
    return switch (contender) {
      case CEILING -> throw new IllegalArgumentException("it has a manager of its own");
      case CO_LOCATED, FILES -> OwnLog.open(transactions.binding(), directory.resolve("log"));
      case ARTEMIS ->
          new Broker(transactions.transactionManager(), ArtemisSender.asShipped(directory));
      case ARTEMIS_TUNED ->
          new Broker(transactions.transactionManager(), ArtemisSender.tuned(directory));
    };
  }

  /** What a thread does again and again. */
  Step open() throws Exception {
    Step with = other.open();
    return () -> {
      manager.begin();
      insertRow();
      with.run();
      manager.commit();
      return 1;
    };
  }

  private void insertRow() throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(insert)) {
      statement.setLong(1, ids.incrementAndGet());
      statement.setString(2, "an item that is sold");
      statement.executeUpdate();
    }
  }

  long forces() {
    return other.forces();
  }

  @Override
  public void close() {
    other.close();
    database.close();
    managerEnd.run();
  }
}
