package dev.lockstep.outbox;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A data source that does something just before or behind a marker or a truncation. */
public final class StoppingSource {
  /** What markers and tombstones have. */
  private static final String EITHER = "(id, kind) VALUES (?, ";

  private static final String TOMBSTONE = EITHER + "'R')";

  private StoppingSource() {}

  /** What is to be done, and when. */
  public record Hooks(Runnable beforeMarker, Runnable behindMarker, Runnable behindTruncation) {}

  public static DataSource of(DataSource source, Hooks hooks) {
    return proxy(
        DataSource.class,
        source,
        (method, result) ->
            result instanceof Connection connection ? connection(connection, hooks) : result);
  }

  /** A data source whose connections do not show what they wrap. */
  static DataSource asInAContainer(DataSource source) {
    return of(source, new Hooks(() -> {}, () -> {}, () -> {}));
  }

  /** A data source that seems to take part in transactions, and commits nothing. */
  static DataSource withoutAutoCommit(DataSource source) {
    return proxy(
        DataSource.class,
        source,
        (method, result) -> {
          if (result instanceof Connection connection) {
            connection.setAutoCommit(false);
          }
          return result;
        });
  }

  /** A data source that has one connection, which stays open. */
  static DataSource alwaysThe(Connection connection) {
    Connection open =
        (Connection)
            Proxy.newProxyInstance(
                StoppingSource.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (self, method, arguments) ->
                    method.getName().equals("close") ? null : call(connection, method, arguments));
    return (DataSource)
        Proxy.newProxyInstance(
            StoppingSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (self, method, arguments) -> open);
  }

  /** A data source that fails to prepare what contains a text, while it is to. */
  static DataSource refusing(DataSource source, String sql, AtomicBoolean refuse) {
    return proxy(
        DataSource.class,
        source,
        (method, result) ->
            result instanceof Connection connection
                ? Proxy.newProxyInstance(
                    StoppingSource.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (self, called, arguments) -> {
                      if (refuse.get()
                          && called.getName().equals("prepareStatement")
                          && String.valueOf(arguments[0]).contains(sql)) {
                        throw new SQLException("refused for a test");
                      }
                      return call(connection, called, arguments);
                    })
                : result);
  }

  private static Connection connection(Connection connection, Hooks hooks) {
    AtomicBoolean truncated = new AtomicBoolean();
    return (Connection)
        Proxy.newProxyInstance(
            StoppingSource.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (self, method, arguments) -> {
              if (method.getName().equals("isWrapperFor")) {
                return false; // what it wraps is beyond reach
              }
              Object result = call(connection, method, arguments);
              if (method.getName().equals("commit") && truncated.get()) {
                hooks.behindTruncation().run();
              }
              if (result instanceof PreparedStatement statement) {
                String sql = arguments == null ? "" : String.valueOf(arguments[0]);
                return sql.contains(EITHER) && !sql.contains(TOMBSTONE)
                    ? marking(statement, hooks)
                    : statement;
              }
              return result instanceof Statement statement
                  ? watching(statement, truncated)
                  : result;
            });
  }

  private static PreparedStatement marking(PreparedStatement statement, Hooks hooks) {
    hooks.beforeMarker().run();
    return proxy(
        PreparedStatement.class,
        statement,
        (name, answer) -> {
          if (name.startsWith("execute")) {
            hooks.behindMarker().run();
          }
          return answer;
        });
  }

  private static Statement watching(Statement statement, AtomicBoolean truncated) {
    return (Statement)
        Proxy.newProxyInstance(
            StoppingSource.class.getClassLoader(),
            new Class<?>[] {Statement.class},
            (self, method, arguments) -> {
              if (arguments != null && String.valueOf(arguments[0]).contains("TRUNCATE ")) {
                truncated.set(true);
              }
              return call(statement, method, arguments);
            });
  }

  private interface Answer {
    @Nullable Object of(String method, @Nullable Object result) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, T target, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            StoppingSource.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) ->
                answer.of(method.getName(), call(target, method, arguments))));
  }

  private static @Nullable Object call(
      Object target, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
