package dev.lockstep.outbox.dialect;

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
 * All that transactions and check-back say to a database in its own words, and what its failures
 * mean. Implementations have no state. Where nothing else is said, a method works in the
 * transaction of its connection and leaves commit and rollback to the caller.
 */
public interface Dialect {
  /** A table, by the names that the database has for it. */
  record Table(String schema, String name) {}

  /** What a look at a table of markers has shown: how many there are, and whether tombstones. */
  record Content(int markers, boolean tombstones) {}

  /** What the database needs to have. */
  Installation installation();

  /** A transaction of ours begins: says what {@link #commit} and its like need to be said now. */
  void begin(Connection connection) throws SQLException;

  /**
   * From now on, and as long as this transaction is open, whatever becomes of its client, the table
   * can't be emptied: either the database sees to that, or {@link #oldest} shows it.
   */
  void claim(Connection connection, Table table) throws SQLException;

  /**
   * The statement that commits a transaction without a marker, and fails if the transaction can't
   * be committed any more.
   */
  String commit();

  /** The statement that marks a transaction as committed; its parameter is the marker's key. */
  String marker(Table table);

  /** The same for one marker, without a parameter. */
  String marker(Table table, UUID marker);

  /**
   * The same and the commit of a transaction that was begun with {@link #begin}, in one round trip.
   */
  String markerAndCommit(Table table);

  /** Sets the parameter of those two that have one. */
  void bind(PreparedStatement statement, UUID marker) throws SQLException;

  /**
   * Whether a failure of these, or of a commit, proves that the transaction is not committed, and
   * will not be unless this process does it. All else proves nothing.
   */
  boolean provesRollback(Throwable failure);

  /** What to do about a failure of the marker, where that is known. */
  Optional<String> remedy(Throwable failure);

  /** What to do about a failure of a commit without a marker, where that is known. */
  default Optional<String> remedyWithoutMarker(Throwable failure) {
    return Optional.empty();
  }

  /** How many markers a table has, and whether there are tombstones among them. */
  Content content(Connection connection, Table table) throws SQLException;

  /**
   * Inserts a tombstone unless there is a marker, and says what there is: that is durable when this
   * transaction is committed. Waits for others' locks no longer than it may.
   */
  Kind fence(Connection connection, Table table, UUID marker, Duration lockWait)
      throws SQLException;

  /**
   * Those of some keys that are marked as committed: durably, when this transaction is committed.
   */
  Set<UUID> committed(Connection connection, Table table, Collection<UUID> markers)
      throws SQLException;

  /**
   * A number that all transactions have reached which begin from now on. Always the same, where
   * {@link #claim} has the database keep the tables.
   */
  long horizon(Connection connection) throws SQLException;

  /** The oldest transaction that is in progress, counted as {@link #horizon} does. */
  long oldest(Connection connection) throws SQLException;

  /** Removes all rows of a table. Waits for others' locks no longer than it may. */
  void truncate(Connection connection, Table table, Duration lockWait) throws SQLException;

  /** Whether a failure means that a lock was not to be had in time. */
  boolean isLockTimeout(SQLException failure);

  /** Who may be the reason that a marker can't be read or written, a sentence each. */
  List<String> blockers(Connection connection, Table table) throws SQLException;
}
