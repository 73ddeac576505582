package dev.lockstep.outbox;

import dev.lockstep.Diagnosis.Finding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * All that is said to a database in its own words, and what its failures mean. Implementations have
 * no state. Where nothing else is said, a method works in the transaction of its connection and
 * leaves commit and rollback to the caller.
 */
interface Dialect {
  /** A table, by the names that the database has for it. */
  record Table(String schema, String name) {}

  /**
   * The statement that commits a transaction without a marker, and fails if the transaction can't
   * be committed any more.
   */
  String commit();

  /** The statement that marks a transaction as committed; its parameter is the marker's key. */
  String marker(Table table);

  /** The same for one marker, without a parameter. */
  String marker(Table table, UUID marker);

  /** The same and the commit of the transaction, in one round trip. */
  String markerAndCommit(Table table);

  /** Sets the parameter of those two that have one. */
  void bind(PreparedStatement statement, UUID marker) throws SQLException;

  /**
   * Whether a failure of these, or of a commit, proves that the transaction is rolled back or will
   * be. All else proves nothing.
   */
  boolean provesRollback(Throwable failure);

  /** What to do about a failure of the marker, where that is known. */
  Optional<String> remedy(Throwable failure);

  /** Which database it is: an identity that no other has, and its name. */
  DatabaseId identity(Connection connection, String configured) throws SQLException;

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

  /** How many markers a table has, and whether there are tombstones among them. */
  MarkerTables.Content content(Connection connection, Table table) throws SQLException;

  /** Limits how long the statements of the current transaction wait for locks. */
  void limitLockWaits(Connection connection, Duration time) throws SQLException;

  /** Inserts a tombstone unless there is a marker, and says what there is. */
  Kind fence(Connection connection, Table table, UUID marker) throws SQLException;

  /** Those of some keys that are marked as committed. */
  Set<UUID> committed(Connection connection, Table table, Collection<UUID> markers)
      throws SQLException;

  /** A number that all transactions have reached which begin from now on. */
  long horizon(Connection connection) throws SQLException;

  /** The oldest transaction that is in progress, counted as {@link #horizon} does. */
  long oldest(Connection connection) throws SQLException;

  /** Removes all rows of a table. */
  void truncate(Connection connection, Table table) throws SQLException;

  /** Whether a failure means that a lock was not to be had in time. */
  boolean isLockTimeout(SQLException failure);

  /** Who may be the reason that a marker can't be read or written, a sentence each. */
  List<String> blockers(Connection connection, Table table) throws SQLException;
}
