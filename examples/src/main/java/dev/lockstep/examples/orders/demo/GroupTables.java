package dev.lockstep.examples.orders.demo;

import dev.lockstep.examples.orders.Tables;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The tables of one group, in a schema of their own: the PostgreSQL may be somebody's own one. */
final class GroupTables {
  private final String schema;
  private final String databaseUrl;
  private final String jdbcUrl;

  private GroupTables(EmbeddedDatabase database, String group) {
    this.schema = "lockstep_demo_" + ProcessHandle.current().pid() + "_" + group;
    this.databaseUrl = database.jdbcUrl();
    String separator = databaseUrl.contains("?") ? "&" : "?";
    this.jdbcUrl = databaseUrl + separator + "currentSchema=" + schema;
  }

  static GroupTables create(EmbeddedDatabase database, String group) {
    GroupTables tables = new GroupTables(database, group);
    try (Connection connection = DriverManager.getConnection(tables.jdbcUrl);
        Statement statement = connection.createStatement()) {
      statement.execute("create schema " + tables.schema);
      Tables.create(connection);
    } catch (SQLException e) {
      throw new DemoException("cannot create the demo's tables: " + e.getMessage(), e);
    }
    return tables;
  }

  /** The URL that leads to these tables. */
  String jdbcUrl() {
    return jdbcUrl;
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

  void drop() {
    try (Connection connection = DriverManager.getConnection(databaseUrl);
        Statement statement = connection.createStatement()) {
      statement.execute("drop schema if exists " + schema + " cascade");
    } catch (SQLException e) {
      throw new DemoException("cannot drop the schema " + schema + ": " + e.getMessage(), e);
    }
  }

  /** How many orders are placed, and how many billed. */
  record Counts(int placed, int billed) {
    Counts plus(int morePlaced, int moreBilled) {
      return new Counts(placed + morePlaced, billed + moreBilled);
    }
  }
}
