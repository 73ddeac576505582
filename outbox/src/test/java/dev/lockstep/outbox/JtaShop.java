package dev.lockstep.outbox;

import dev.lockstep.Consumer;
import dev.lockstep.Lockstep;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.datasource.GuardedXADataSource;
import dev.lockstep.datasource.TransactionalDataSource;
import dev.lockstep.datasource.TransactionalDataSourceBuilder;
import dev.lockstep.spi.TransactionBinding;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.mariadb.jdbc.MariaDbDataSource;

/** A service in Jakarta transactions that writes a row and sends a message about it. */
final class JtaShop implements AnyShop {
  private final DataSource source;
  private final Runnable closeSource;
  private final Lockstep lockstep;
  private final Producer<String> orders;

  private JtaShop(DataSource source, Runnable closeSource, Lockstep lockstep) {
    this.source = source;
    this.closeSource = closeSource;
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
    Setting setting = (builder, source) -> settings.apply(builder.checkBack(source));
    if (Shop.isMariaDb(jdbcUrl)) {
      DataSource source = ContainerSource.of(mariaDb(jdbcUrl));
      return open(directory, source, () -> {}, setting, decoration, binding -> binding);
    }
    return open(
        directory, pool(GuardedXADataSource.of(jdbcUrl)), setting, decoration, binding -> binding);
  }

  private static MariaDbDataSource mariaDb(String jdbcUrl) {
    try {
      return new MariaDbDataSource(jdbcUrl);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What else is set; the data source is that of the shop. */
  interface Setting {
    HalfMessages.Builder apply(HalfMessages.Builder builder, DataSource source);
  }

  /** The settings of its pool. */
  static TransactionalDataSourceBuilder pool(GuardedXADataSource database) {
    return TransactionalDataSource.builder(database)
        .name("shop")
        .maximumPoolSize(6)
        .connectionTimeout(Duration.ofSeconds(5))
        .transactionManager(Narayana.manager())
        .synchronizationRegistry(Narayana.registry());
  }

  /** Opens it with a binding that is not what it seems. */
  static JtaShop open(
      Path directory,
      TransactionalDataSourceBuilder pool,
      Setting setting,
      UnaryOperator<DataSource> decoration,
      UnaryOperator<TransactionBinding> watching) {
    TransactionalDataSource source = pool.build();
    return open(directory, source, source::close, setting, decoration, watching);
  }

  private static JtaShop open(
      Path directory,
      DataSource source,
      Runnable closeSource,
      Setting setting,
      UnaryOperator<DataSource> decoration,
      UnaryOperator<TransactionBinding> watching) {
    try {
      HalfMessages binding =
          setting
              .apply(
                  HalfMessages.builder(Narayana.registry(), decoration.apply(source))
                      .name("shop")
                      .createTables(),
                  source)
              .build();
      return new JtaShop(source, closeSource, Shop.lockstep(directory, watching.apply(binding)));
    } catch (RuntimeException e) {
      closeSource.run();
      throw e;
    }
  }

  TransactionManager manager() {
    return Narayana.manager();
  }

  @Override
  public Lockstep lockstep() {
    return lockstep;
  }

  Connection connection() throws SQLException {
    return source.getConnection();
  }

  void insert(int id) throws SQLException {
    try (Connection connection = connection()) {
      Shop.insert(connection, id);
    }
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  void send(int id) {
    orders.send(String.valueOf(id));
  }

  /** Sells one thing, in a transaction. */
  @Override
  public void sell(int id) throws Exception {
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
  @Override
  public int bill(Consumer<String> consumer) throws Exception {
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
    closeSource.run();
  }
}
