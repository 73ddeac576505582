package dev.lockstep.system;

import dev.lockstep.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The table of what is sold. */
final class Sold {
  private Sold() {}

  /** Creates it, empty. */
  static void create(EmbeddedDatabase database) throws SQLException {
    execute(database, "drop table if exists sold");
    execute(database, "create table sold (id int primary key)");
  }

  /** All that is in it. */
  static List<String> ids(EmbeddedDatabase database) throws SQLException {
    List<String> ids = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select id from sold")) {
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
