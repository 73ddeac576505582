package dev.lockstep.system;

import dev.lockstep.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The tables of what is sold, and of what is billed. */
final class Sold {
  private Sold() {}

  /** Creates them, empty. */
  static void create(EmbeddedDatabase database) throws SQLException {
    execute(database, "drop table if exists sold");
    execute(database, "create table sold (id int primary key)");
    execute(database, "drop table if exists billed");
    execute(database, "create table billed (id int not null)"); // twice would be seen
  }

  /** All that is sold. */
  static List<String> ids(EmbeddedDatabase database) throws SQLException {
    return ids(database, "sold");
  }

  /** All that is billed. */
  static List<String> billed(EmbeddedDatabase database) throws SQLException {
    return ids(database, "billed");
  }

  private static List<String> ids(EmbeddedDatabase database, String table) throws SQLException {
    List<String> ids = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select id from " + table)) {
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
    }
    return ids;
  }

  static void execute(EmbeddedDatabase database, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
