package dev.lockstep.examples.firstuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What README.md shows, run twice: the second time finds what the first one left. */
@Timeout(120)
class FirstUseIT {
  @TempDir private Path data;

  @Test
  void placesAndBills() throws Exception {
    try (EmbeddedDatabase database = EmbeddedDatabase.builder().start()) {
      String url = inSchema(database.jdbcUrl(), "first_use");
      FirstUse.main(new String[] {url, data.toString()});
      FirstUse.main(new String[] {url, data.toString()});

      try (Connection connection = DriverManager.getConnection(url);
          Statement statement = connection.createStatement()) {
        assertThat(count(statement, "orders")).isEqualTo(2);
        assertThat(count(statement, "invoices")).isEqualTo(2);
        statement.execute("drop schema first_use cascade");
      }
      assertThat(database.preparedTransactions()).isEmpty();
    }
    LockstepConfig config = LockstepConfig.builder().dataDir(data.resolve("log")).build();
    try (Lockstep lockstep = Lockstep.open(config)) {
      assertThat(lockstep.topics().find("orders").orElseThrow().endOffset(0)).isEqualTo(2);
      assertThat(lockstep.groups().find("billing", "orders").orElseThrow().lag()).isZero();
      assertThat(lockstep.transactions().inDoubt()).isEmpty();
    }
  }

  @Test
  void placesAndBillsOverPlainJdbc() throws Exception {
    try (EmbeddedDatabase database = EmbeddedDatabase.builder().start()) {
      String url = inSchema(database.jdbcUrl(), "plain_jdbc");
      PlainJdbc.main(new String[] {url, data.toString()});
      PlainJdbc.main(new String[] {url, data.toString()});

      try (Connection connection = DriverManager.getConnection(url);
          Statement statement = connection.createStatement()) {
        assertThat(count(statement, "orders")).isEqualTo(2);
        assertThat(count(statement, "invoices")).isEqualTo(2);
        statement.execute("drop schema plain_jdbc cascade");
      }
    }
    LockstepConfig config = LockstepConfig.builder().dataDir(data.resolve("plain-jdbc")).build();
    try (Lockstep lockstep = Lockstep.open(config)) {
      assertThat(lockstep.topics().find("orders").orElseThrow().endOffset(0)).isEqualTo(2);
      assertThat(lockstep.groups().find("billing", "orders").orElseThrow().lag()).isZero();
      assertThat(lockstep.transactions().inDoubt()).isEmpty();
    }
  }

  private static String inSchema(String jdbcUrl, String schema) throws SQLException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl);
        Statement statement = connection.createStatement()) {
      statement.execute("create schema " + schema);
    }
    return jdbcUrl + (jdbcUrl.contains("?") ? "&" : "?") + "currentSchema=" + schema;
  }

  private static int count(Statement statement, String table) throws SQLException {
    try (ResultSet rows = statement.executeQuery("select count(*) from " + table)) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
