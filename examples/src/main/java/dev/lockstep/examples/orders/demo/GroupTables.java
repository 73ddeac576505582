package dev.lockstep.examples.orders.demo;

import dev.lockstep.examples.orders.Tables;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The tables of one group, in a schema of their own: the PostgreSQL may be somebody's own one. */
final class GroupTables {
  private final String schema;
  private final String databaseUrl;
  private final String jdbcUrl;

  private final EmbeddedDatabase database;
  private final List<String> preparedByOthers;

  private GroupTables(EmbeddedDatabase database, String group) throws SQLException {
    this.database = database;
    this.preparedByOthers = database.preparedTransactions();
    this.schema = "lockstep_demo_" + ProcessHandle.current().pid() + "_" + group;
    this.databaseUrl = database.jdbcUrl();
    String separator = databaseUrl.contains("?") ? "&" : "?";
    this.jdbcUrl = databaseUrl + separator + "currentSchema=" + schema;
  }

  static GroupTables create(EmbeddedDatabase database, String group) {
    try {
      GroupTables tables = new GroupTables(database, group);
      try (Connection connection = DriverManager.getConnection(tables.jdbcUrl);
          Statement statement = connection.createStatement()) {
        statement.execute("create schema " + tables.schema);
        Tables.create(connection);
      }
      return tables;
    } catch (SQLException e) {
      throw new DemoException("cannot create the demo's tables: " + e.getMessage(), e);
    }
  }

  /** The URL that leads to these tables. */
  String jdbcUrl() {
    return jdbcUrl;
  }

  /** What is prepared and undecided in the database, and was not before the demo. */
  List<String> prepared() throws SQLException {
    List<String> prepared = new ArrayList<>(database.preparedTransactions());
    prepared.removeAll(preparedByOthers);
    return prepared;
  }

  /** How much is done, as the database has it. */
  Counts counts() {
    try (Connection connection = DriverManager.getConnection(jdbcUrl);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select (select count(*) from orders),"
                    + " (select count(distinct order_id) from invoices)")) {
      row.next();
      return new Counts(row.getInt(1), row.getInt(2));
    } catch (SQLException e) {
      throw new DemoException("cannot count the rows: " + e.getMessage(), e);
    }
  }

  /**
   * Drops them, and rolls back what a node has left prepared: that would hold their locks.
   *
   * @param nodeId the node of the workers
   */
  void drop(String nodeId) {
    try (Connection connection = DriverManager.getConnection(databaseUrl);
        Statement statement = connection.createStatement()) {
      for (String gid : preparedBy(nodeId, statement)) {
        statement.execute("rollback prepared '" + gid + "'");
      }
      statement.execute("drop schema if exists " + schema + " cascade");
    } catch (SQLException e) {
      throw new DemoException("cannot drop the schema " + schema + ": " + e.getMessage(), e);
    }
  }

  /** The driver's names are {@code format_base64(global id)_base64(qualifier)}. */
  private static List<String> preparedBy(String nodeId, Statement statement) throws SQLException {
    List<String> found = new ArrayList<>();
    try (ResultSet rows =
        statement.executeQuery(
            "select gid from pg_prepared_xacts"
                + " where database = current_database() and gid ~ '^131077_[^_]+_[^_]+$'")) {
      while (rows.next()) {
        String gid = rows.getString(1);
        int start = gid.indexOf('_') + 1;
        byte[] globalId = Base64.getDecoder().decode(gid.substring(start, gid.indexOf('_', start)));
        if (new String(globalId, StandardCharsets.ISO_8859_1).contains(nodeId)) {
          found.add(gid);
        }
      }
    }
    return found;
  }

  /** How many orders are placed, and how many billed. */
  record Counts(int placed, int billed) {
    Counts plus(int morePlaced, int moreBilled) {
      return new Counts(placed + morePlaced, billed + moreBilled);
    }
  }
}
