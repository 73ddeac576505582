package dev.lockstep.outbox;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.Consumer;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.Producer;
import dev.lockstep.Reader;
import dev.lockstep.ReaderConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.spi.TransactionBinding;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A service over plain JDBC that writes a row and sends a message about it. */
public final class Shop implements AnyShop {
  public static final String TOPIC = "orders";

  private final HikariDataSource pool;
  private final JdbcTransactions transactions;
  private final Lockstep lockstep;
  private final Producer<String> orders;

  private Shop(HikariDataSource pool, JdbcTransactions transactions, Lockstep lockstep) {
    this.pool = pool;
    this.transactions = transactions;
    this.lockstep = lockstep;
    lockstep.topics().createIfAbsent(TopicConfig.of(TOPIC));
    this.orders = lockstep.producer(TOPIC, String.class);
  }

  static Shop open(Path directory, String jdbcUrl) {
    return open(directory, jdbcUrl, builder -> builder);
  }

  /** Opens it with further settings; the tables are created. */
  static Shop open(
      Path directory, String jdbcUrl, UnaryOperator<JdbcTransactions.Builder> settings) {
    return open(directory, jdbcUrl, source -> source, settings);
  }

  /** Opens it over a pool that is not what it seems. */
  static Shop open(
      Path directory,
      String jdbcUrl,
      UnaryOperator<DataSource> decoration,
      UnaryOperator<JdbcTransactions.Builder> settings) {
    HikariDataSource pool = pool(jdbcUrl);
    try {
      JdbcTransactions transactions =
          settings
              .apply(JdbcTransactions.builder(decoration.apply(pool)).name("shop").createTables())
              .build();
      return new Shop(pool, transactions, lockstep(directory, transactions));
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  public static HikariDataSource pool(String jdbcUrl) {
    return pool(jdbcUrl, 6);
  }

  static HikariDataSource pool(String jdbcUrl, int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(jdbcUrl);
    config.setMaximumPoolSize(connections);
    config.setConnectionTimeout(1000);
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  static Lockstep lockstep(Path directory, TransactionBinding transactions) {
    return Lockstep.open(
        LockstepConfig.builder()
            .dataDir(directory)
            .segmentSize(1 << 20)
            .maxMessageBytes(1 << 16)
            .transactions(transactions)
            .build());
  }

  /** Waits, also on a machine that has a lot to do. */
  public static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofMinutes(1));
  }

  /** An empty table of what is sold. */
  static void createTable(String jdbcUrl) throws SQLException {
    execute(jdbcUrl, "drop table if exists sold; create table sold (id int primary key)");
  }

  /** Executes some statements: that MariaDB's driver takes more than one must be asked for. */
  public static void execute(String jdbcUrl, String sql) throws SQLException {
    String url = isMariaDb(jdbcUrl) ? jdbcUrl + "&allowMultiQueries=true" : jdbcUrl;
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static boolean isMariaDb(String jdbcUrl) {
    return jdbcUrl.startsWith("jdbc:mariadb:");
  }

  public static List<String> query(String jdbcUrl, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }

  /** The same, and one of what is billed, which may be billed twice. */
  static void createTables(String jdbcUrl) throws SQLException {
    createTable(jdbcUrl);
    execute(jdbcUrl, "drop table if exists billed; create table billed (id int)");
  }

  static List<String> sold(String jdbcUrl) throws SQLException {
    return query(jdbcUrl, "select id from sold order by id");
  }

  /** The marker tables of all logs in a database. */
  static List<String> markerTables(String jdbcUrl) throws SQLException {
    return query(
        jdbcUrl,
        "select table_name from information_schema.tables where table_name like"
            + " 'lockstep!_marker!_%' escape '!' and table_schema = "
            + (isMariaDb(jdbcUrl) ? "database()" : "current_schema()")
            + " order by 1");
  }

  static void dropMarkerTables(String jdbcUrl) throws SQLException {
    for (String table : markerTables(jdbcUrl)) {
      execute(jdbcUrl, "drop table " + table);
    }
  }

  /** Does something while the marker tables have other names. */
  static void withoutMarkerTables(String jdbcUrl, Work work) throws Exception {
    List<String> tables = markerTables(jdbcUrl);
    for (String table : tables) {
      execute(jdbcUrl, "alter table " + table + " rename to hidden_" + table);
    }
    work.run();
    for (String table : tables) {
      execute(jdbcUrl, "alter table hidden_" + table + " rename to " + table);
    }
  }

  JdbcTransactions transactions() {
    return transactions;
  }

  @Override
  public Lockstep lockstep() {
    return lockstep;
  }

  /** Sells one thing. */
  @Override
  public void sell(int id) throws SQLException {
    transactions.execute(connection -> sell(connection, id));
  }

  /** The work of that. */
  void sell(Connection connection, int id) throws SQLException {
    insert(connection, id);
    send(id);
  }

  /** Bills what a consumer finds next, in a transaction. Returns how many things that are. */
  @Override
  public int bill(Consumer<String> consumer) throws SQLException {
    return transactions.<Integer, SQLException>run(connection -> bill(connection, consumer));
  }

  /** The work of that. */
  static int bill(Connection connection, Consumer<String> consumer) throws SQLException {
    List<Message<String>> some = consumer.poll(Duration.ofMillis(50));
    try (PreparedStatement insert = connection.prepareStatement("insert into billed values (?)")) {
      for (Message<String> one : some) {
        insert.setInt(1, Integer.parseInt(one.payload()));
        insert.executeUpdate();
      }
    }
    return some.size();
  }

  static void insert(Connection connection, int id) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("insert into sold values (?)")) {
      insert.setInt(1, id);
      insert.executeUpdate();
    }
  }

  void send(int id) {
    orders.send(String.valueOf(id));
  }

  /** All that was sent and is committed. */
  List<String> messages() {
    return messages(lockstep);
  }

  public static List<String> messages(Lockstep lockstep) {
    try (Reader<String> reader = lockstep.reader(ReaderConfig.of(TOPIC, String.class))) {
      List<String> found = new ArrayList<>();
      List<Message<String>> some = reader.poll(Duration.ofMillis(50));
      while (!some.isEmpty()) {
        some.stream().map(Message::payload).forEach(found::add);
        some = reader.poll(Duration.ZERO);
      }
      return found;
    }
  }

  int inDoubt() {
    return lockstep.transactions().inDoubt().size();
  }

  @Override
  public void close() {
    lockstep.close();
    pool.close();
  }
}
