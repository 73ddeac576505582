package dev.lockstep.datasource;

import dev.lockstep.jdbc.Invocation;
import java.lang.reflect.Method;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What a user gets for a connection: it closes the statements that it opened, and in a transaction
 * leaves commit and rollback to the manager. Its statements lead back to it, not to what it wraps.
 */
final class ConnectionHandle extends Invocation {
  private static final String INVALID_TRANSACTION_TERMINATION = "2D000";
  private static final String CONNECTION_DOES_NOT_EXIST = "08003";
  private static final Set<String> ALTERING = Set.of("setSchema", "setCatalog");

  /** What the handle's connection belongs to. */
  interface Mode {
    /** Whether the transaction that it belonged to has ended. */
    boolean isOver();

    /** Whether a transaction manager ends the transaction. */
    boolean isManaged();

    /** Something was set that cannot be set back as it was. */
    void altered();

    /** The handle was closed. */
    void closed() throws SQLException;
  }

  private final Mode mode;
  private final Connection connection;
  private final List<Statement> statements = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  ConnectionHandle(Connection connection, Mode mode) {
    super(connection);
    this.connection = connection;
    this.mode = mode;
  }

  @Override
  protected @Nullable Object answer(Method method, @Nullable Object[] arguments) throws Throwable {
    return switch (method.getName()) {
      case "close" -> {
        close();
        yield null;
      }
      case "isClosed" -> closed || mode.isOver() || connection.isClosed();
      case "isValid" -> !closed && !mode.isOver() && Boolean.TRUE.equals(pass(method, arguments));
      case "toString" -> "handle of " + connection;
      case "abort" -> {
        mode.altered();
        yield pass(method, arguments);
      }
      default -> {
        requireOpen();
        yield mode.isManaged() ? answerManaged(method, arguments) : answerOpen(method, arguments);
      }
    };
  }

  private @Nullable Object answerManaged(Method method, @Nullable Object[] arguments)
      throws Throwable {
    return switch (method.getName()) {
      case "getAutoCommit" -> false;
      case "setAutoCommit" -> {
        if (Boolean.TRUE.equals(arguments[0])) {
          throw leaveItToTheManager("setAutoCommit(true)");
        }
        yield null;
      }
      case "commit", "rollback", "setSavepoint", "releaseSavepoint" ->
          throw leaveItToTheManager(method.getName());
      default -> answerOpen(method, arguments);
    };
  }

  private static SQLException leaveItToTheManager(String method) {
    return new SQLNonTransientException(
        method
            + " is refused on a connection that takes part in a JTA transaction; end that through"
            + " UserTransaction or @Transactional, or roll it back with setRollbackOnly",
        INVALID_TRANSACTION_TERMINATION);
  }

  private @Nullable Object answerOpen(Method method, @Nullable Object[] arguments)
      throws Throwable {
    if (ALTERING.contains(method.getName())) {
      mode.altered();
    }
    Object result = pass(method, arguments);
    if (result instanceof Statement statement) {
      statements.add(statement);
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

  private void requireOpen() throws SQLException {
    if (closed) {
      throw new SQLNonTransientException("this connection is closed", CONNECTION_DOES_NOT_EXIST);
    }
    if (mode.isOver()) {
      throw new SQLNonTransientException(
          "the transaction that this connection belonged to has ended; get a new connection",
          CONNECTION_DOES_NOT_EXIST);
    }
  }

  private void close() throws SQLException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (!mode.isOver()) {
        for (Statement statement : statements) {
          statement.close();
        }
      }
    } finally {
      statements.clear();
      mode.closed();
    }
  }

  /** A statement, or the metadata: an object that leads to its connection. */
  private final class Dependent extends Invocation {
    private final Object delegate;

    private Dependent(Object delegate) {
      super(delegate);
      this.delegate = delegate;
    }

    @Override
    protected @Nullable Object answer(Method method, @Nullable Object[] arguments)
        throws Throwable {
      return switch (method.getName()) {
        case "getConnection" -> ConnectionHandle.this.as(Connection.class);
        case "close" -> {
          statements.remove(delegate);
          yield pass(method, arguments);
        }
        default -> pass(method, arguments);
      };
    }
  }
}
