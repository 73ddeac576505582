package dev.lockstep.outbox;

import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * What a binding was given, checked.
 *
 * @param name the database's name in messages
 * @param source where transactions have their connections from
 * @param checkBack where check-back has its connections from
 * @param schema where the marker tables are; empty: where the database finds them
 * @param creation who creates them
 * @param markersPerTable after how many markers the next table is used
 * @param outcomeWait how long a commit waits for check-back
 * @param checkBackWait how long the open of a log waits for check-back
 */
record Settings(
    String name,
    DataSource source,
    DataSource checkBack,
    Optional<String> schema,
    Creation creation,
    int markersPerTable,
    Duration outcomeWait,
    Duration checkBackWait) {

  /** Who creates the marker tables. */
  enum Creation {
    /** An administrator. */
    BY_HAND,
    /** The open of the log. */
    AT_OPEN
  }
}
