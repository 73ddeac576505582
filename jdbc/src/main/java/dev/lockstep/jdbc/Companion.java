package dev.lockstep.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;

/**
 * What completes together with a transaction of a connection. If that is rolled back before {@link
 * #seal}, it is not told. Internal to Lockstep.
 */
public interface Companion {
  /**
   * All work of the transaction is done, and its commit or prepare is next. Called at most once, on
   * whichever thread the manager uses for that.
   *
   * @return what goes with the transaction; empty if there is nothing
   * @throws RuntimeException if the transaction must be rolled back
   */
  Optional<Sealed> seal();

  /**
   * A statement that is the last one of the transaction, and whoever waits for the outcome. Of the
   * three outcomes it is told one at most, and none of a transaction that is committed in two
   * phases. They throw nothing.
   */
  interface Sealed {
    /**
     * Prepares the statement with the commit behind it, to be sent together.
     *
     * @param connection the connection of the transaction
     * @return the prepared statement; nothing is sent that could commit
     * @throws SQLException if it can't be prepared
     */
    PreparedStatement withCommit(Connection connection) throws SQLException;

    /**
     * The statement as a text without parameters, for one that is executed once.
     *
     * @return the SQL
     */
    String text();

    /** The database has answered that it is committed. */
    void committed();

    /**
     * It is proven that the database has rolled the transaction back.
     *
     * @param reason why
     */
    void rolledBack(Throwable reason);

    /** The database has not answered. */
    void unknown();

    /**
     * What to do about a failure of the statement.
     *
     * @param failure the failure
     * @return advice, where there is some
     */
    Optional<String> remedy(Throwable failure);
  }
}
