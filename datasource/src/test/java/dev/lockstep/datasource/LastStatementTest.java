package dev.lockstep.datasource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.core.BaseConnection;

@Timeout(20)
class LastStatementTest {
  /** What has come to the server. */
  private final List<String> sent = new ArrayList<>();

  private final LastStatement last = new LastStatement(driver());
  private final BaseConnection connection = last.connection();
  private final RecordedCompanion marker = new RecordedCompanion("INSERT MARKER");

  private BaseConnection driver() {
    return proxy(
        BaseConnection.class,
        (method, argument) ->
            switch (method) {
              case "createStatement" -> statement(Statement.class, "");
              case "prepareStatement" -> statement(PreparedStatement.class, argument);
              case "getAutoCommit" -> true;
              case "execSQLUpdate" -> {
                sent.add(argument);
                yield "";
              }
              default -> {
                sent.add(method);
                yield "";
              }
            });
  }

  private <T> T statement(Class<T> type, String prepared) {
    return proxy(
        type,
        (method, argument) -> {
          if (method.equals("close")) {
            throw new SQLException("closing fails");
          }
          sent.add(prepared + argument);
          return true;
        });
  }

  private interface Answer {
    Object to(String method, String argument) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            LastStatementTest.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Object result =
                  answer.to(
                      method.getName(), arguments == null ? "" : String.valueOf(arguments[0]));
              return method.getReturnType() == void.class ? null : result;
            }));
  }

  @Test
  void goesWithTheCommit() throws SQLException {
    last.arm(marker);
    connection.execSQLUpdate("COMMIT");
    assertThat(sent).containsExactly("INSERT MARKER; COMMIT");
  }

  @Test
  void goesWithThePrepare() throws SQLException {
    last.arm(marker);
    connection.execSQLUpdate("PREPARE TRANSACTION 'one'");
    assertThat(sent).containsExactly("INSERT MARKER; PREPARE TRANSACTION 'one'");
  }

  @Test
  void goesOnce() throws SQLException {
    last.arm(marker);
    connection.execSQLUpdate("COMMIT");
    connection.execSQLUpdate("COMMIT");
    assertThat(sent).containsExactly("INSERT MARKER; COMMIT", "COMMIT");
  }

  /** Whatever another driver does to commit, the marker is there before. */
  @Test
  void goesBeforeAnythingElse() throws SQLException {
    last.arm(marker);
    connection.commit();
    last.arm(marker);
    connection.execSQLUpdate("COMMIT AND CHAIN");
    last.arm(marker);
    connection.clearWarnings();
    assertThat(sent)
        .containsExactly(
            "INSERT MARKER",
            "commit",
            "INSERT MARKER",
            "COMMIT AND CHAIN",
            "INSERT MARKER",
            "clearWarnings");
  }

  @Test
  void aQuestionSendsNothing() throws SQLException {
    last.arm(marker);
    assertThat(connection.getAutoCommit()).isTrue();
    assertThat(sent).isEmpty();
    connection.execSQLUpdate("COMMIT");
    assertThat(sent).containsExactly("INSERT MARKER; COMMIT");
  }

  @Test
  void anotherThreadDoesNotSendIt() throws Exception {
    last.arm(marker);
    Thread late =
        new Thread(
            () -> {
              try {
                connection.execSQLUpdate("INSERT ROW");
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    late.start();
    late.join();
    connection.execSQLUpdate("COMMIT");
    assertThat(sent).containsExactly("INSERT ROW", "INSERT MARKER; COMMIT");
  }

  @Test
  void whatIsDisarmedIsNotSent() throws SQLException {
    last.arm(marker);
    last.disarm();
    connection.execSQLUpdate("ROLLBACK");
    assertThat(sent).containsExactly("ROLLBACK");
  }

  @Test
  void aFailureIsTheCommits() {
    BaseConnection refusing =
        proxy(
            BaseConnection.class,
            (method, argument) -> {
              throw new SQLException("no", "40001");
            });
    LastStatement failing = new LastStatement(refusing);
    failing.arm(marker);
    assertThatThrownBy(() -> failing.connection().execSQLUpdate("COMMIT"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
  }
}
