package dev.lockstep.outbox.relay;

import dev.lockstep.outbox.relay.OutboxTable.Kept;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Rows that stay, and a position behind those that are done. It changes in the transaction in which
 * they are sent. A look may take several batches, which go through it in the order of the ids.
 *
 * @param table the outbox
 * @param kept how it keeps its rows
 * @param position where the relay is
 * @param until the look that is being relayed
 */
record KeepingPassage(OutboxTable table, Kept kept, OutboxPosition position, String until)
    implements Passage {

  /** The passage of a transaction that has excluded all others of the outbox's relays. */
  static KeepingPassage of(Connection connection, OutboxTable table, Kept kept)
      throws SQLException {
    OutboxPosition position = OutboxPosition.of(connection, table);
    String until =
        position.until().isPresent() ? position.until().get() : OutboxPosition.now(connection);
    return new KeepingPassage(table, kept, position, until);
  }

  @Override
  public PreparedStatement next(Connection connection, int limit) throws SQLException {
    return table.look(connection, kept, position, until, limit);
  }

  @Override
  public boolean pass(
      Connection connection, List<OutboxRow> done, Optional<OutboxRow> next, int limit)
      throws SQLException {
    boolean isWhole = next.isEmpty() && done.size() < limit;
    if (!isWhole) {
      String last = done.get(done.size() - 1).id();
      if (next.isPresent() && next.get().id().equals(last)) {
        throw new UnsendableRowException(
            next.get(),
            "it has the same id as the row before it, and both can't be moved at once: ids must be"
                + " different. Delete it, and insert it with another one");
      }
      position.advance(
          connection,
          table,
          new OutboxPosition(position.after(), Optional.of(until), Optional.of(last)));
    } else if (!done.isEmpty() || position.until().isPresent()) {
      position.advance(
          connection, table, new OutboxPosition(until, Optional.empty(), Optional.empty()));
    }
    return !isWhole || position.until().isPresent();
  }
}
