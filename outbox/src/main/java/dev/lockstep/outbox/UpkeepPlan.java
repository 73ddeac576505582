package dev.lockstep.outbox;

import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.Optional;

/** When the marker tables are looked after, until there is nothing to do. For the thread alone. */
final class UpkeepPlan {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private final AskedDatabase database;
  private final MarkerTables tables;
  private final MarkerUpkeep upkeep;
  private final CheckBackThread thread;
  private int failures;
  private boolean isPlanned;

  UpkeepPlan(
      AskedDatabase database, MarkerTables tables, MarkerUpkeep upkeep, CheckBackThread thread) {
    this.database = database;
    this.tables = tables;
    this.upkeep = upkeep;
    this.thread = thread;
  }

  /** There is something to do, or will be. */
  void later() {
    if (!isPlanned) {
      isPlanned = true;
      thread.plan(
          Backoff.after(failures),
          () -> {
            isPlanned = false;
            now();
          });
    }
  }

  /** Does what can be done now, and plans what can't. */
  void now() {
    Optional<Ready> found = database.found();
    if (found.isEmpty()) {
      return;
    }
    failures++;
    try {
      if (tables.wantUpkeep() && upkeep.run(found.get())) {
        failures = 0;
      }
    } catch (SQLException e) {
      LOGGER.log(Level.DEBUG, "marker tables stay as they are", e);
    }
    if (tables.wantUpkeep()) {
      later();
    }
  }
}
