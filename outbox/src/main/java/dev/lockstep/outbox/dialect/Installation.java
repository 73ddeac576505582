package dev.lockstep.outbox.dialect;

import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.outbox.dialect.Dialect.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * What a database needs to have for half messages, and whether it has. Implementations have no
 * state. A method works in the transaction of its connection, and leaves commit and rollback to the
 * caller.
 */
public interface Installation {
  /**
   * Which database it is: an identity that no other has, and its name.
   *
   * @param first the first marker table, which was found there
   */
  DatabaseId identity(Connection connection, String configured, Table first) throws SQLException;

  /** The statements that create the tables, for an administrator. */
  String schema(Optional<String> schema, List<String> tables, String user);

  /** Creates the tables that are not there. */
  void create(Connection connection, Optional<String> schema, List<String> tables)
      throws SQLException;

  /** Finds a table. */
  Optional<Table> find(Connection connection, Optional<String> schema, String name)
      throws SQLException;

  /** The user of a connection. */
  String user(Connection connection) throws SQLException;

  /** What is wrong with a table that was found; empty if it can be used. */
  List<String> unfit(Connection connection, Table table) throws SQLException;

  /** What is wrong with the database as a whole. */
  List<Finding> examine(Connection connection, String where) throws SQLException;
}
