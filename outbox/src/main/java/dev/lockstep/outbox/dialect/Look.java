package dev.lockstep.outbox.dialect;

import dev.lockstep.outbox.dialect.Dialect.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at a catalog: the first row that a query finds. */
final class Look {
  private Look() {}

  /** A table, where a query finds its schema and its name. */
  static Optional<Table> table(Connection connection, String sql, @Nullable String... parameters)
      throws SQLException {
    try (PreparedStatement look = prepared(connection, sql, parameters);
        ResultSet row = look.executeQuery()) {
      return row.next()
          ? Optional.of(new Table(row.getString(1), row.getString(2)))
          : Optional.empty();
    }
  }

  /** A text; empty if there is no row, or none in it. */
  static String text(Connection connection, String sql, @Nullable String... parameters)
      throws SQLException {
    try (PreparedStatement look = prepared(connection, sql, parameters);
        ResultSet row = look.executeQuery()) {
      String found = row.next() ? row.getString(1) : "";
      return found == null ? "" : found;
    }
  }

  private static PreparedStatement prepared(
      Connection connection, String sql, @Nullable String... parameters) throws SQLException {
    PreparedStatement look = connection.prepareStatement(sql);
    try {
      for (int i = 0; i < parameters.length; i++) {
        look.setString(i + 1, parameters[i]);
      }
      return look;
    } catch (SQLException | RuntimeException e) {
      look.close();
      throw e;
    }
  }
}
