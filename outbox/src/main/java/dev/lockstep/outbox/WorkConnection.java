package dev.lockstep.outbox;

import dev.lockstep.jdbc.Invocation;
import dev.lockstep.spi.Branch;
import java.lang.reflect.Method;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the work of a transaction gets for a connection: commit and rollback are not for it, going
 * back to a savepoint takes messages back, too, and its statements lead back to it, not to what it
 * wraps.
 */
final class WorkConnection extends Invocation {
  private static final String INVALID_TRANSACTION_TERMINATION = "2D000";
  private static final String INVALID_SAVEPOINT = "3B001";
  private static final String CONNECTION_DOES_NOT_EXIST = "08003";

  private final Connection connection;
  private final Messages messages;
  private volatile boolean over;

  /** What is sent in the transaction, which goes back to savepoints with the rows. */
  interface Messages {
    /** A savepoint; empty if nothing was sent yet. */
    Optional<Branch.Savepoint> savepoint();

    /** Takes back what was sent since; all of it, if nothing was at the time. */
    void rollbackTo(Optional<Branch.Savepoint> savepoint);
  }

  /** A savepoint of rows and messages. */
  private record Both(WorkConnection of, Savepoint rows, Optional<Branch.Savepoint> messages)
      implements Savepoint {
    @Override
    public int getSavepointId() throws SQLException {
      return rows.getSavepointId();
    }

    @Override
    public String getSavepointName() throws SQLException {
      return rows.getSavepointName();
    }
  }

  WorkConnection(Connection connection, Messages messages) {
    super(connection);
    this.connection = connection;
    this.messages = messages;
  }

  /** The transaction has ended. */
  void end() {
    over = true;
  }

  @Override
  protected @Nullable Object answer(Method method, @Nullable Object[] arguments) throws Throwable {
    return switch (method.getName()) {
      case "close" -> null; // whoever runs the transaction needs it still
      case "isClosed" -> over || connection.isClosed();
      case "isValid" -> !over && Boolean.TRUE.equals(pass(method, arguments));
      case "toString" -> "transaction on " + connection;
      default -> {
        if (over) {
          throw new SQLNonTransientException(
              "the transaction that this connection belonged to has ended; use the connection"
                  + " within run(..) alone",
              CONNECTION_DOES_NOT_EXIST);
        }
        yield answerOpen(method, arguments);
      }
    };
  }

  private @Nullable Object answerOpen(Method method, @Nullable Object[] arguments)
      throws Throwable {
    return switch (method.getName()) {
      case "getAutoCommit" -> false;
      case "setAutoCommit" -> {
        if (Boolean.TRUE.equals(arguments[0])) {
          throw leaveItToRun("setAutoCommit(true)");
        }
        yield null;
      }
      case "commit" -> throw leaveItToRun("commit");
      case "rollback" -> {
        if (arguments.length == 0) {
          throw leaveItToRun("rollback");
        }
        Both savepoint = own(arguments);
        connection.rollback(savepoint.rows());
        messages.rollbackTo(savepoint.messages());
        yield null;
      }
      case "setSavepoint" -> {
        Object rows = pass(method, arguments);
        yield new Both(this, (Savepoint) Objects.requireNonNull(rows), messages.savepoint());
      }
      case "releaseSavepoint" -> {
        connection.releaseSavepoint(own(arguments).rows());
        yield null;
      }
      default -> wrapped(pass(method, arguments));
    };
  }

  private Both own(@Nullable Object[] arguments) throws SQLException {
    if (arguments[0] instanceof Both own && own.of() == this) {
      return own;
    }
    throw new SQLNonTransientException(
        "this savepoint was not set in this transaction", INVALID_SAVEPOINT);
  }

  private static SQLException leaveItToRun(String method) {
    return new SQLNonTransientException(
        method
            + " is refused within JdbcTransactions.run(..): return to commit, throw to roll back,"
            + " or use a savepoint",
        INVALID_TRANSACTION_TERMINATION);
  }

  private @Nullable Object wrapped(@Nullable Object result) {
    if (result instanceof Statement statement) {
      return new Dependent(statement).as(statementType(statement));
    }
    return result instanceof DatabaseMetaData metaData
        ? new Dependent(metaData).as(DatabaseMetaData.class)
        : result;
  }

  private static Class<? extends Statement> statementType(Statement statement) {
    if (statement instanceof CallableStatement) {
      return CallableStatement.class;
    }
    return statement instanceof PreparedStatement ? PreparedStatement.class : Statement.class;
  }

  /** A statement, or the metadata: an object that leads to its connection. */
  private final class Dependent extends Invocation {
    private Dependent(Object delegate) {
      super(delegate);
    }

    @Override
    protected @Nullable Object answer(Method method, @Nullable Object[] arguments)
        throws Throwable {
      return method.getName().equals("getConnection")
          ? WorkConnection.this.as(Connection.class)
          : pass(method, arguments);
    }
  }
}
