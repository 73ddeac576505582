package dev.lockstep.wildfly;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The branches that PostgreSQL holds. */
final class Prepared {
  private Prepared() {}

  static List<String> inDatabase() throws SQLException {
    try (Connection connection = DriverManager.getConnection(Servers.databaseUrl());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select gid from pg_prepared_xacts")) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }
}
