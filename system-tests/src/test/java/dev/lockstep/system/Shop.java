package dev.lockstep.system;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.Groups.GroupInfo;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions.InDoubt;
import dev.lockstep.datasource.GuardedXADataSource;
import dev.lockstep.datasource.TransactionalDataSource;
import dev.lockstep.testkit.KillPoints;
import dev.lockstep.xa.narayana.Elision;
import dev.lockstep.xa.narayana.NarayanaTransactions;
import dev.lockstep.xa.narayana.RecoverableResource;
import dev.lockstep.xa.narayana.RecoveryReport;
import dev.lockstep.xa.narayana.TransactionStore;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.transaction.xa.XAResource;

/** A service that writes a row and sends a message about it, in one transaction. */
final class Shop implements AutoCloseable {
  private static final String TOPIC = "orders";
  private static final int PARTITIONS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final NarayanaTransactions transactions;
  private final TransactionalDataSource database;
  private final Lockstep lockstep;

  private Shop(
      NarayanaTransactions transactions, TransactionalDataSource database, Lockstep lockstep) {
    this.transactions = transactions;
    this.database = database;
    this.lockstep = lockstep;
  }

  /** What comes first in a transaction, and so is prepared and committed first. */
  enum Order {
    LOG_FIRST,
    DATABASE_FIRST
  }

  static Shop open(
      Path directory,
      String node,
      TransactionStore store,
      String jdbcUrl,
      String point,
      KillPoints.Action action) {
    KillPoints points = KillPoints.armed(RecoveryStop.isPoint(point) ? "" : point, action);
    GuardedXADataSource postgres = GuardedXADataSource.of(jdbcUrl);
    NarayanaTransactions transactions =
        NarayanaTransactions.builder(node, directory.resolve("transactions"))
            .recoveryInterval(Duration.ofHours(1))
            .store(store)
            .elision(store == TransactionStore.CO_LOCATED ? Elision.ON : Elision.OFF)
            .recover(
                RecoverableResource.of(
                    "shop",
                    postgres::owns,
                    () -> RecoveryStop.at(point, postgres.openRecovery(), action),
                    resource -> postgres.closeRecovery(RecoveryStop.bare(resource))))
            .decorate(points::instrument)
            .open();
    TransactionalDataSource database =
        TransactionalDataSource.builder(postgres)
            .name("shop")
            .maximumPoolSize(6)
            .connectionTimeout(Duration.ofSeconds(5))
            .transactionManager(transactions.transactionManager())
            .synchronizationRegistry(transactions.synchronizationRegistry())
            .build();
    Lockstep lockstep =
        Lockstep.open(
            LockstepConfig.builder()
                .dataDir(directory.resolve("log"))
                .segmentSize(1 << 20)
                .maxMessageBytes(1 << 16)
                .transactions(transactions.binding())
                .build());
    lockstep.topics().createIfAbsent(TopicConfig.of(TOPIC).partitions(PARTITIONS));
    return new Shop(transactions, database, lockstep);
  }

  /** Sells one thing. Says what the transaction manager reported. */
  String sell(int id, Order order) throws Exception {
    return sell(id, order, Optional.empty());
  }

  /** The same with another resource, which is prepared last. */
  String sell(int id, Order order, Optional<XAResource> third) throws Exception {
    TransactionManager manager = transactions.transactionManager();
    Producer<String> orders = lockstep.producer(TOPIC, String.class);
    manager.begin();
    try {
      if (order == Order.LOG_FIRST) {
        orders.send(String.valueOf(id));
      }
      insert("insert into sold values (?)", id);
      if (order == Order.DATABASE_FIRST) {
        orders.send(String.valueOf(id));
      }
      if (third.isPresent()) {
        manager.getTransaction().enlistResource(third.get());
      }
    } catch (SQLException | RuntimeException e) {
      manager.rollback();
      throw e;
    }
    try {
      manager.commit();
      return "committed";
    } catch (RollbackException e) {
      return "rolled back";
    } catch (HeuristicMixedException | HeuristicRollbackException e) {
      return "heuristic";
    }
  }

  private void insert(String sql, int id) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setInt(1, id);
      insert.executeUpdate();
    }
  }

  /** Somebody who takes what is sold, and bills it, each in a transaction. */
  final class Clerk implements AutoCloseable {
    private final Consumer<String> orders =
        lockstep.consumer(ConsumerConfig.of("billing", TOPIC, String.class).maxPollMessages(1));

    private Clerk() {}

    /** Bills what comes in time; says how many. */
    int bill(Duration patience) throws Exception {
      TransactionManager manager = transactions.transactionManager();
      manager.begin();
      try {
        List<Message<String>> some = orders.poll(patience);
        for (Message<String> order : some) {
          insert("insert into billed values (?)", Integer.parseInt(order.payload()));
        }
        manager.commit();
        return some.size();
      } catch (SQLException | RuntimeException e) {
        manager.rollback();
        throw e;
      }
    }

    @Override
    public void close() {
      orders.close();
    }
  }

  Clerk hire() {
    return new Clerk();
  }

  /** How much waits to be billed. */
  long unbilled() {
    return lockstep.groups().find("billing", TOPIC).map(GroupInfo::lag).orElse(0L);
  }

  /** Recovers until nothing is left, or for a minute. */
  RecoveryReport recover() {
    return transactions.recoverNow(PATIENCE);
  }

  /** What the doctor finds. */
  List<String> findings() {
    return lockstep.diagnose().findings().stream().map(Finding::code).toList();
  }

  /** What the log has in doubt. */
  List<String> inDoubt() {
    return lockstep.transactions().inDoubt().stream().map(InDoubt::transactionId).toList();
  }

  /** All that was sent and is committed. */
  List<String> messages() throws Exception {
    List<String> found = new ArrayList<>();
    TransactionManager manager = transactions.transactionManager();
    try (Consumer<String> consumer = lockstep.consumer("audit", TOPIC, String.class)) {
      manager.begin();
      List<Message<String>> some = consumer.poll(Duration.ofMillis(200));
      while (!some.isEmpty()) {
        some.stream().map(Message::payload).forEach(found::add);
        some = consumer.poll(Duration.ZERO);
      }
      manager.rollback();
    }
    return found;
  }

  @Override
  public void close() {
    lockstep.close();
    database.close();
    transactions.close();
  }
}
