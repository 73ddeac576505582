package dev.lockstep.datasource;

import dev.lockstep.jdbc.Companion.Sealed;
import dev.lockstep.jdbc.Invocation;
import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/**
 * The driver's connection, as the driver's resource sees it. When there is a last statement to be
 * executed in the transaction, it goes with the COMMIT or PREPARE TRANSACTION that the resource
 * sends: in one round trip, and the driver keeps account of its transactions as ever. Should the
 * driver send anything else, the last statement goes before that, by itself.
 */
final class LastStatement extends Invocation {
  private static final System.Logger LOGGER = System.getLogger(LastStatement.class.getName());
  private static final String COMMIT = "COMMIT";
  private static final String PREPARE = "PREPARE TRANSACTION ";

  /** What the driver may ask for without sending anything. */
  private static final Set<String> QUESTIONS =
      Set.of("getTransactionState", "getAutoCommit", "isClosed", "toString", "unwrap");

  private record Armed(Thread thread, Sealed statement) {}

  private final BaseConnection session;

  /** Of the thread that has armed it; others look only. */
  private volatile Optional<Armed> armed = Optional.empty();

  LastStatement(BaseConnection session) {
    super(session);
    this.session = session;
  }

  /** The connection for the driver's resource. */
  BaseConnection connection() {
    return as(BaseConnection.class);
  }

  /** The next command of this thread is that which ends the transaction. */
  void arm(Sealed statement) {
    armed = Optional.of(new Armed(Thread.currentThread(), statement));
  }

  /** Nothing came of it. */
  void disarm() {
    armed = Optional.empty();
  }

  @Override
  protected @Nullable Object answer(Method method, @Nullable Object[] arguments) throws Throwable {
    if (armed.isEmpty() || QUESTIONS.contains(method.getName())) {
      return pass(method, arguments);
    }
    Optional<Sealed> last = take();
    if (last.isEmpty()) {
      return pass(method, arguments);
    }
    if (method.getName().equals("execSQLUpdate") && arguments[0] instanceof String command) {
      if (command.equals(COMMIT)) {
        executeWithCommit(last.get());
        return null;
      }
      if (command.startsWith(PREPARE)) {
        execute(last.get().text() + "; " + command);
        return null;
      }
    }
    execute(last.get().text());
    return pass(method, arguments);
  }

  /** A user of the connection who is late is no reason to send it. */
  private Optional<Sealed> take() {
    Optional<Armed> found = armed;
    if (found.filter(one -> one.thread().equals(Thread.currentThread())).isEmpty()) {
      return Optional.empty();
    }
    disarm();
    return found.map(Armed::statement);
  }

  private void executeWithCommit(Sealed last) throws SQLException {
    PreparedStatement statement = last.withCommit(session);
    try {
      statement.execute();
    } finally {
      closeQuietly(statement);
    }
  }

  private void execute(String sql) throws SQLException {
    Statement statement = session.createStatement();
    try {
      statement.execute(sql);
    } finally {
      closeQuietly(statement);
    }
  }

  /** What was answered counts. */
  private static void closeQuietly(Statement statement) {
    try {
      statement.close();
    } catch (SQLException e) {
      LOGGER.log(Level.DEBUG, "closing the last statement of a transaction", e);
    }
  }
}
