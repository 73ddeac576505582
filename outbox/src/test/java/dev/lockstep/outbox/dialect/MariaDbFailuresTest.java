package dev.lockstep.outbox.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class MariaDbFailuresTest {
  @ParameterizedTest
  @CsvSource({
    "1062, 23000, false", // duplicate key: fenced out, or there already
    "1048, 23000, true", // not null
    "1146, 42S02, true", // no such table
    "1142, 42000, true", // not allowed
    "1305, 42000, true", // the savepoint is gone
    "1792, 25006, true", // read-only transaction
    "1290, HY000, true", // read-only server
    "1205, HY000, true", // lock timeout: of a statement, or of the transaction
    "1213, 40001, true", // deadlock; with Galera, of the commit
    "1114, HY000, true", // table full
    "1644, 45000, true", // a trigger says no
    "1317, 70100, false", // killed: a statement, or the end of it behind the COMMIT
    "1969, 70100, false", // its time was up: the same
    "1927, 70100, false", // the session was killed
    "1053, 08S01, false", // shutdown
    "1047, 08S01, false", // Galera: not ready
    "1180, HY000, false", // error during COMMIT
    "1026, HY000, false", // error writing the binary log
    "1105, HY000, false", // unknown error
    "0, 42000, false", // the driver's own
    "0, 08000, false"
  })
  void provesRollback(int error, String state, boolean proves) {
    SQLException failure = new SQLException("it failed", state, error);
    assertThat(MariaDbFailures.provesRollback(failure)).isEqualTo(proves);
    assertThat(MariaDbFailures.provesRollback(new RuntimeException(failure))).isEqualTo(proves);
  }

  @Test
  void aLostConnectionProvesNothing() {
    SQLException failure = new SQLException("lost", "40001", 1213, new IOException());
    assertThat(MariaDbFailures.provesRollback(failure)).isFalse();
    assertThat(MariaDbFailures.provesRollback(new IOException())).isFalse();
  }
}
