package dev.lockstep.outbox.relay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** How a batch finds the rows that are next, and sees to it that they don't come again. */
interface Passage {

  /** The next rows, in their order. */
  PreparedStatement next(Connection connection, int limit) throws SQLException;

  /**
   * Has the rows of this batch not come again, if its transaction is committed.
   *
   * @param done those rows, in their order
   * @param next the row at which the batch was cut short; empty if there was none
   * @param limit how many rows were asked for
   * @return whether there may be more of them
   * @throws UnsendableRowException if the batch can't end there
   */
  boolean pass(Connection connection, List<OutboxRow> done, Optional<OutboxRow> next, int limit)
      throws SQLException;
}
