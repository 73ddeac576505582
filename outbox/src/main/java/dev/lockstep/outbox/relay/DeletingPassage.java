package dev.lockstep.outbox.relay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Rows that are locked as they are read, and deleted: those that are there are to be moved. */
record DeletingPassage(OutboxTable table) implements Passage {

  @Override
  public PreparedStatement next(Connection connection, int limit) throws SQLException {
    return table.select(connection, limit);
  }

  @Override
  public boolean pass(
      Connection connection, List<OutboxRow> done, Optional<OutboxRow> next, int limit)
      throws SQLException {
    if (!done.isEmpty()) {
      int deleted = table.delete(connection, done.stream().map(OutboxRow::place).toList());
      if (deleted != done.size()) {
        throw new SQLException(
            "of "
                + done.size()
                + " rows that are to be deleted from "
                + table.name()
                + " only "
                + deleted
                + " were: a trigger or a rule stands in the way, and they would be sent again."
                + " Remove it [LSTP-0743]");
      }
    }
    return next.isPresent() || done.size() == limit;
  }
}
