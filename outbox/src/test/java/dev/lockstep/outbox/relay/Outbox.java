package dev.lockstep.outbox.relay;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.outbox.JdbcTransactions;
import dev.lockstep.outbox.Shop;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/** A log, and a database with an outbox that relays move to it. */
final class Outbox implements AutoCloseable {
  static final int MAX_MESSAGE = 1 << 14;

  private final HikariDataSource pool;
  private final JdbcTransactions transactions;
  private final Lockstep lockstep;

  private Outbox(HikariDataSource pool, JdbcTransactions transactions, Lockstep lockstep) {
    this.pool = pool;
    this.transactions = transactions;
    this.lockstep = lockstep;
    lockstep.topics().createIfAbsent(TopicConfig.of(Shop.TOPIC));
  }

  static Outbox open(Path directory, String jdbcUrl) {
    return open(directory, jdbcUrl, source -> source, builder -> builder);
  }

  static Outbox open(
      Path directory,
      String jdbcUrl,
      UnaryOperator<DataSource> decoration,
      UnaryOperator<JdbcTransactions.Builder> settings) {
    HikariDataSource pool = Shop.pool(jdbcUrl);
    try {
      JdbcTransactions transactions =
          settings
              .apply(JdbcTransactions.builder(decoration.apply(pool)).name("shop").createTables())
              .build();
      return new Outbox(
          pool,
          transactions,
          Lockstep.open(
              LockstepConfig.builder()
                  .dataDir(directory)
                  .segmentSize(1 << 20)
                  .maxMessageBytes(MAX_MESSAGE)
                  .maxTransactionBytes(4 * MAX_MESSAGE)
                  .transactions(transactions)
                  .build()));
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  /** An empty outbox. */
  static void createTable(String jdbcUrl) throws SQLException {
    Shop.execute(
        jdbcUrl,
        "drop table if exists outbox, dead, lockstep_outbox_position cascade; create table outbox"
            + " (id bigserial primary key, topic text default 'orders', key text, payload text,"
            + " headers jsonb, at timestamptz default now()); create table dead (like outbox,"
            + " lockstep_reason text)");
  }

  /** An empty outbox in partitions of ten ids, with the table of its relay's position. */
  static void createPartitionedTable(String jdbcUrl) throws SQLException {
    Shop.execute(
        jdbcUrl,
        "drop table if exists outbox, copies, lockstep_outbox_position cascade; create table outbox"
            + " (id bigserial primary key, topic text default 'orders', payload text, tx xid8 not"
            + " null default pg_current_xact_id()) partition by range (id); create index on outbox"
            + " (tx); create table outbox_0 partition of outbox for values from (0) to (10); create"
            + " table outbox_1 partition of outbox for values from (10) to (20); create table"
            + " outbox_2 partition of outbox default");
    Shop.execute(
        jdbcUrl, OutboxPosition.ddl(new RelaySettings.TableName(Optional.of("public"), "outbox")));
  }

  /** Rows from one number to another, each in a transaction of its own. */
  static void write(String jdbcUrl, int from, int to) throws SQLException {
    for (int i = from; i <= to; i++) {
      Shop.execute(jdbcUrl, "insert into outbox (payload) values ('" + i + "')");
    }
  }

  static List<String> rows(String jdbcUrl) throws SQLException {
    return Shop.query(jdbcUrl, "select payload from outbox order by id");
  }

  Lockstep lockstep() {
    return lockstep;
  }

  JdbcTransactions transactions() {
    return transactions;
  }

  DataSource source() {
    return pool;
  }

  /** A relay that looks often. */
  OutboxRelay.Builder relay() {
    return OutboxRelay.builder(lockstep, transactions, pool)
        .table("public", "outbox")
        .pollInterval(Duration.ofMillis(20));
  }

  /** All that was relayed. */
  List<String> messages() {
    return Shop.messages(lockstep);
  }

  @Override
  public void close() {
    lockstep.close();
    pool.close();
  }
}
