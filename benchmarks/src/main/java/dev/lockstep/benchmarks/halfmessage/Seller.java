package dev.lockstep.benchmarks.halfmessage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.benchmarks.harness.Load.Step;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;

/** Inserts a row and says so, in one transaction, in a way of its own. */
interface Seller extends AutoCloseable {
  /** The size of what is said. */
  int BYTES = 256;

  /** What a thread does again and again: one transaction. */
  Step open();

  @Override
  void close();

  /** What is said: when it was, and so many bytes. */
  static byte[] payload() {
    return ByteBuffer.allocate(BYTES).putLong(System.nanoTime()).array();
  }

  /** When that was. */
  static long saidAt(byte[] payload) {
    return ByteBuffer.wrap(payload).getLong();
  }

  /** A table of rows that are sold, with a pool of connections. */
  final class Shop implements AutoCloseable {
    private static final int CONNECTIONS = 18;

    private final HikariDataSource pool;
    private final String insert;
    private final AtomicLong ids = new AtomicLong();

    Shop(String jdbcUrl, String table) throws SQLException {
      HikariConfig config = new HikariConfig();
      config.setPoolName(table);
      config.setJdbcUrl(jdbcUrl);
      config.setMaximumPoolSize(CONNECTIONS);
      this.pool = new HikariDataSource(config);
      this.insert = "insert into " + table + " values (?, ?)";
      execute("create table " + table + " (id bigint primary key, item text not null)");
    }

    HikariDataSource pool() {
      return pool;
    }

    void execute(String sql) throws SQLException {
      try (Connection connection = pool.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }

    void insertRow(Connection connection) throws SQLException {
      try (PreparedStatement statement = connection.prepareStatement(insert)) {
        statement.setLong(1, ids.incrementAndGet());
        statement.setString(2, "an item that is sold");
        statement.executeUpdate();
      }
    }

    @Override
    public void close() {
      pool.close();
    }
  }
}
