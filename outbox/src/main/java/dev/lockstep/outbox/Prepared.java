package dev.lockstep.outbox;

import dev.lockstep.outbox.dialect.Dialect;
import dev.lockstep.outbox.dialect.Dialect.Table;
import dev.lockstep.spi.Branch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * A transaction whose half frame is durable, and whose marker is to be written next.
 *
 * @param branch its branch
 * @param half its half message
 * @param ready its database
 */
record Prepared(Branch branch, Half half, Ready ready) {
  private Table table() {
    return ready.tables().get(half.table());
  }

  Dialect dialect() {
    return ready.dialect();
  }

  /** Prepares the statement that writes the marker; nothing is sent that could commit it. */
  PreparedStatement marker(Connection connection) throws SQLException {
    return bound(connection.prepareStatement(dialect().marker(table())));
  }

  /** The marker with the commit of the transaction behind it. */
  PreparedStatement markerAndCommit(Connection connection) throws SQLException {
    return bound(connection.prepareStatement(dialect().markerAndCommit(table())));
  }

  /** The statement that writes the marker, as a text. */
  String markerText() {
    return dialect().marker(table(), half.marker());
  }

  private PreparedStatement bound(PreparedStatement statement) throws SQLException {
    try {
      dialect().bind(statement, half.marker());
      return statement;
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }
}
