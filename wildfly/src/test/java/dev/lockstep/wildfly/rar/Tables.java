package dev.lockstep.wildfly.rar;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** The tables of the application, each with a column of names. */
@ApplicationScoped
public class Tables {
  @Resource(lookup = "java:/jdbc/shop")
  private DataSource database;

  /** Creates a table. */
  public void create(String table) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table if not exists " + table + " (customer text)");
    }
  }

  /** Adds a row, in the transaction of the caller. */
  public void insert(String table, String customer) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement("insert into " + table + " values (?)")) {
      statement.setString(1, customer);
      statement.executeUpdate();
    }
  }

  /** All rows, sorted. */
  public List<String> rows(String table) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("select customer from " + table + " order by customer")) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }
}
