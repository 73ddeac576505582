package dev.lockstep.outbox;

import dev.lockstep.Consumer;
import dev.lockstep.Lockstep;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.datasource.GuardedXADataSource;
import dev.lockstep.datasource.TransactionalDataSource;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/** A service in Jakarta transactions that writes a row and sends a message about it. */
final class JtaShop implements AutoCloseable {
  private final TransactionalDataSource source;
  private final Lockstep lockstep;
  private final Producer<String> orders;

  private JtaShop(TransactionalDataSource source, Lockstep lockstep) {
    this.source = source;
    this.lockstep = lockstep;
    lockstep.topics().createIfAbsent(TopicConfig.of(Shop.TOPIC));
    this.orders = lockstep.producer(Shop.TOPIC, String.class);
  }

  static JtaShop open(Path directory, String jdbcUrl) {
    return open(directory, jdbcUrl, marker -> marker);
  }

  /** Opens it with another data source for the markers. */
  static JtaShop open(Path directory, String jdbcUrl, UnaryOperator<DataSource> decoration) {
    return open(directory, jdbcUrl, decoration, builder -> builder);
  }

  /** Opens it with further settings. */
  static JtaShop open(
      Path directory,
      String jdbcUrl,
      UnaryOperator<DataSource> decoration,
      UnaryOperator<HalfMessages.Builder> settings) {
    TransactionalDataSource source =
        TransactionalDataSource.builder(GuardedXADataSource.of(jdbcUrl))
            .name("shop")
            .maximumPoolSize(6)
            .connectionTimeout(Duration.ofSeconds(5))
            .transactionManager(Narayana.manager())
            .synchronizationRegistry(Narayana.registry())
            .build();
    try {
      HalfMessages binding =
          settings
              .apply(
                  HalfMessages.builder(Narayana.registry(), decoration.apply(source))
                      .name("shop")
                      .checkBack(source)
                      .createTables())
              .build();
      return new JtaShop(source, Shop.lockstep(directory, binding));
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  TransactionManager manager() {
    return Narayana.manager();
  }

  Lockstep lockstep() {
    return lockstep;
  }

  void insert(int id) throws SQLException {
    try (Connection connection = source.getConnection()) {
      Shop.insert(connection, id);
    }
  }

  void send(int id) {
    orders.send(String.valueOf(id));
  }

  /** Sells one thing, in a transaction. */
  void sell(int id) throws Exception {
    manager().begin();
    try {
      insert(id);
      send(id);
    } catch (SQLException | RuntimeException e) {
      manager().rollback();
      throw e;
    }
    manager().commit();
  }

  /** Bills what a consumer finds next, in a transaction. Returns how many things that are. */
  int bill(Consumer<String> consumer) throws Exception {
    manager().begin();
    int billed;
    try (Connection connection = source.getConnection()) {
      billed = Shop.bill(connection, consumer);
    } catch (SQLException | RuntimeException e) {
      manager().rollback();
      throw e;
    }
    manager().commit();
    return billed;
  }

  List<String> messages() {
    return Shop.messages(lockstep);
  }

  int inDoubt() {
    return lockstep.transactions().inDoubt().size();
  }

  @Override
  public void close() {
    lockstep.close();
    source.close();
  }
}
