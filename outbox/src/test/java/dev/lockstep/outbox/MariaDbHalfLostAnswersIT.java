package dev.lockstep.outbox;

import java.util.List;
import org.junit.jupiter.api.Tag;

/** The same on MariaDB. */
@Tag("mariadb")
class MariaDbHalfLostAnswersIT extends HalfLostAnswersIT {
  @Override
  TestDatabase startDatabase() {
    return MariaDbServer.start();
  }

  @Override
  boolean isPostgres() {
    return false;
  }

  @Override
  List<String> driverSettings() {
    return List.of(
        "",
        "&useServerPrepStmts=true",
        "&allowMultiQueries=true",
        "&sessionVariables=sql_mode=ORACLE",
        "&sessionVariables=completion_type='CHAIN'");
  }

  /**
   * One for the claim of the marker table, and one by which the pool turns auto-commit on again.
   */
  @Override
  int roundTripsAtTheEnd() {
    return 3;
  }
}
