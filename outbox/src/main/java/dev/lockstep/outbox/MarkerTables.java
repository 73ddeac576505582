package dev.lockstep.outbox;

import dev.lockstep.outbox.dialect.Dialect.Content;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Which marker table new transactions use, and when one may be emptied. A marker is never deleted;
 * a whole table is truncated when nobody will ask for any of its markers again, and nobody can
 * still be about to insert one that has to collide with a tombstone.
 *
 * <p>Transactions take and give back tables on their own threads. Everything else is for the
 * check-back thread.
 */
final class MarkerTables {
  static final int COUNT = 3;

  /** Where no tombstone was written since the table was empty. */
  private static final long NO_HORIZON = Long.MIN_VALUE;

  /** Where one was, and nobody has looked since which transactions were in progress. */
  private static final long HORIZON_TO_COME = Long.MAX_VALUE;

  private final int limit;
  private final Runnable onFull;

  /** How many half messages name a table and are not decided. */
  private final AtomicIntegerArray uses = new AtomicIntegerArray(COUNT);

  /** How many markers it has, at most: what was rolled back counts, too. */
  private final AtomicIntegerArray markers = new AtomicIntegerArray(COUNT);

  private volatile int current;

  /** Check-back thread only: transactions from this one on began after the last tombstone. */
  private final long[] horizons = new long[COUNT];

  /** Check-back thread only: whether a table is known to have no row, and nobody uses it. */
  private final boolean[] empty = new boolean[COUNT];

  /**
   * Tables of which nothing is known.
   *
   * @param limit after how many markers the next table is used
   * @param onFull told, on the thread of a transaction, when a table has so many
   */
  MarkerTables(int limit, Runnable onFull) {
    this.limit = limit;
    this.onFull = onFull;
    for (int table = 0; table < COUNT; table++) {
      horizons[table] = NO_HORIZON;
    }
  }

  /** Takes the table that a transaction is to use. It must be given back with its decision. */
  int take() {
    int table = current;
    uses.incrementAndGet(table);
    while (table != current) { // it may be emptied, unless this was seen
      uses.decrementAndGet(table);
      table = current;
      uses.incrementAndGet(table);
    }
    if (markers.incrementAndGet(table) == limit) {
      onFull.run();
    }
    return table;
  }

  /** Keeps a table for a half message of an earlier life. */
  void hold(int table) {
    uses.incrementAndGet(table);
  }

  /** Gives a table back: the decision has its place in the log. */
  void giveBack(int table) {
    uses.decrementAndGet(table);
  }

  /** The tables were looked at for the first time; transactions have not used any yet. */
  void found(List<Content> contents) {
    int least = 0;
    for (int table = 0; table < COUNT; table++) {
      Content content = contents.get(table);
      markers.set(table, content.markers());
      empty[table] = content.markers() == 0 && uses.get(table) == 0;
      if (content.tombstones()) {
        horizons[table] = HORIZON_TO_COME;
      }
      if (content.markers() < contents.get(least).markers()) {
        least = table;
      }
    }
    use(least);
  }

  private void use(int table) {
    empty[table] = false;
    current = table;
  }

  /** A tombstone was written into a table, or perhaps. */
  void tombstone(int table) {
    horizons[table] = HORIZON_TO_COME;
    empty[table] = false;
  }

  /**
   * Says which transactions have begun after all tombstones that were written so far.
   *
   * @param horizon all that begin now are counted from here on
   */
  void horizon(long horizon) {
    for (int table = 0; table < COUNT; table++) {
      if (horizons[table] == HORIZON_TO_COME) {
        horizons[table] = horizon;
      }
    }
  }

  /** Whether there is anything to do: the current table is full, or another one is not empty. */
  boolean wantUpkeep() {
    return isFull() || hasUsed();
  }

  private boolean hasUsed() {
    for (int table = 0; table < COUNT; table++) {
      if (table != current && !empty[table]) {
        return true;
      }
    }
    return false;
  }

  private boolean isFull() {
    return markers.get(current) >= limit;
  }

  /** How often the current table has its limit of markers. */
  int overfull() {
    return markers.get(current) / limit;
  }

  /**
   * Whether no undecided half message names a table that new ones don't use. Whoever wants to
   * truncate it must then force the log, so that all the decisions are durable.
   */
  boolean isUnused(int table) {
    return table != current && !empty[table] && uses.get(table) == 0;
  }

  /**
   * Whether all transactions have ended that were in progress when the last tombstone was written
   * into a table. One of them may belong to a process that is dead, with its marker still on its
   * way: that must find the tombstone.
   *
   * @param oldest the oldest transaction that is in progress now
   */
  boolean isBehindItsTombstones(int table, long oldest) {
    return oldest >= horizons[table];
  }

  /** A table was truncated. */
  void truncated(int table) {
    horizons[table] = NO_HORIZON;
    markers.set(table, 0);
    empty[table] = true;
  }

  /**
   * Uses the next table, if the current one is full and there is an empty one.
   *
   * @return whether it does
   */
  boolean advance() {
    if (isFull()) {
      for (int step = 1; step < COUNT; step++) {
        int next = (current + step) % COUNT;
        if (empty[next]) {
          use(next);
          return true;
        }
      }
    }
    return false;
  }
}
