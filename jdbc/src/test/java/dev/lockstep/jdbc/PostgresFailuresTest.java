package dev.lockstep.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class PostgresFailuresTest {
  private static Exception failed(String state) {
    return new IllegalStateException(new SQLException("failed", state));
  }

  @ParameterizedTest
  @ValueSource(strings = {"40001", "40P01", "23505", "23503", "57014", "25P02", "53100", "55P03"})
  void anErrorThatAbortsTheTransactionProvesItsRollback(String state) {
    assertThat(PostgresFailures.provenRollback(failed(state))).contains(state);
    assertThat(PostgresFailures.provesDeadConnection(failed(state))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"08006", "57P01", "57P03", "25P03"})
  void anEndedSessionProvesNothingOfItsTransaction(String state) {
    assertThat(PostgresFailures.provenRollback(failed(state))).isEmpty();
    assertThat(PostgresFailures.provesDeadConnection(failed(state))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"40003", "58030", "XX000", "", "23", "99999"})
  void whatIsNotKnownProvesNothing(String state) {
    assertThat(PostgresFailures.provenRollback(failed(state))).isEmpty();
    assertThat(PostgresFailures.provesDeadConnection(failed(state))).isFalse();
  }

  /** The driver reports an error that it got before the connection broke, and the break behind. */
  @Test
  void aBrokenConnectionOutweighsAnError() {
    SQLException broken = new SQLException("failed", "40001", new IOException("reset"));
    assertThat(PostgresFailures.provesDeadConnection(broken)).isTrue();
    assertThat(PostgresFailures.provenRollback(broken)).isEmpty();
  }

  @Test
  void theFirstStateIsThatOfTheFirstSqlException() {
    SQLException outer = new SQLException("outer", "40001", new SQLException("inner", "23505"));
    assertThat(PostgresFailures.firstState(new IllegalStateException(outer))).contains("40001");
    assertThat(PostgresFailures.firstState(new SQLException("none", (String) null))).isEmpty();
    assertThat(PostgresFailures.firstState(new IllegalStateException("none"))).isEmpty();
  }

  @Test
  void causesMayFormACircle() {
    IllegalStateException first = new IllegalStateException("first");
    first.initCause(new IllegalStateException("second", first));
    assertThat(PostgresFailures.provesDeadConnection(first)).isFalse();
    assertThat(PostgresFailures.firstState(first)).isEmpty();
  }
}
