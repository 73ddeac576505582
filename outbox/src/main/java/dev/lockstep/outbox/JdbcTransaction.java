package dev.lockstep.outbox;

import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.outbox.TransactionSettings.Access;
import dev.lockstep.outbox.TransactionSettings.Isolation;
import dev.lockstep.outbox.dialect.Dialect;
import dev.lockstep.outbox.dialect.Dialects;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Outcome;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A transaction of a connection, with its branch of the log. For one thread. */
final class JdbcTransaction implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(JdbcTransaction.class.getName());

  private final Connection connection;
  private final WorkConnection handle;
  private final TransactionSettings settings;
  private final Dialect dialect;
  private final Before before;
  private @Nullable Branch branch;
  private @Nullable Coordinator coordinator;

  /** Before all that was sent. */
  private Branch.@Nullable Savepoint origin;

  private Optional<Throwable> failure = Optional.empty();

  /**
   * A commit of which the database has not said how it ended.
   *
   * @param cause why not
   * @param outcome how it ended, once check-back knows; empty if nobody asks
   */
  record Doubt(Throwable cause, Optional<CompletableFuture<Outcome>> outcome) {}

  /** How the connection was when it came, as far as it is changed. */
  private record Before(boolean autoCommit, Optional<Integer> isolation) {}

  private JdbcTransaction(
      Connection connection, TransactionSettings settings, Dialect dialect, Before before) {
    this.connection = connection;
    this.handle = new WorkConnection(connection, new Messages());
    this.settings = settings;
    this.dialect = dialect;
    this.before = before;
  }

  /** Begins a transaction on a connection, which belongs to it from now on. */
  static JdbcTransaction begin(Connection connection, TransactionSettings settings)
      throws SQLException {
    try {
      Dialect dialect = Dialects.require(connection);
      boolean autoCommit = connection.getAutoCommit();
      if (autoCommit) {
        connection.setAutoCommit(false);
      }
      Optional<Integer> isolation = Optional.empty();
      if (settings.isolation().isPresent()) {
        isolation = Optional.of(connection.getTransactionIsolation());
        connection.setTransactionIsolation(level(settings.isolation().get()));
      }
      if (settings.access() == Access.READ_ONLY) {
        connection.setReadOnly(true);
      }
      dialect.begin(connection);
      return new JdbcTransaction(connection, settings, dialect, new Before(autoCommit, isolation));
    } catch (SQLException | RuntimeException e) {
      try (connection) {
        throw e;
      }
    }
  }

  private static int level(Isolation isolation) {
    return switch (isolation) {
      case READ_COMMITTED -> Connection.TRANSACTION_READ_COMMITTED;
      case REPEATABLE_READ -> Connection.TRANSACTION_REPEATABLE_READ;
      case SERIALIZABLE -> Connection.TRANSACTION_SERIALIZABLE;
    };
  }

  /** The connection for its work. */
  Connection connection() {
    return handle.as(Connection.class);
  }

  TransactionSettings settings() {
    return settings;
  }

  /** Work that had joined it has failed: it can only be rolled back. */
  void failed(Throwable inner) {
    if (failure.isEmpty()) {
      failure = Optional.of(inner);
    }
  }

  boolean hasBranch() {
    return branch != null;
  }

  /** Its branch, begun at the first call. */
  Branch branch(Coordinator of) {
    if (failure.isPresent()) {
      throw new TransactionRolledBackException(
          "this transaction can only be rolled back, since work that had joined it has failed; let"
              + " it end, and run it again",
          failure.get());
    }
    Branch begun = branch;
    if (begun == null) {
      begun = of.begin();
      branch = begun;
      origin = begun.savepoint();
      coordinator = of;
    } else if (coordinator != of) {
      throw new IllegalStateException(
          "the log was closed and opened again while this transaction was running; run it again");
    }
    return begun;
  }

  /** What is sent, as its savepoints see it. */
  private final class Messages implements WorkConnection.Messages {
    @Override
    public Optional<Branch.Savepoint> savepoint() {
      return Optional.ofNullable(branch).map(Branch::savepoint);
    }

    @Override
    public void rollbackTo(Optional<Branch.Savepoint> savepoint) {
      Branch begun = branch;
      Branch.Savepoint first = origin;
      if (begun != null && first != null) {
        try {
          begun.rollbackTo(savepoint.orElse(first));
        } catch (RuntimeException e) {
          failed(e); // the rows have gone back already
          throw e;
        }
      }
    }
  }

  /**
   * Commits it.
   *
   * @return what is not known; empty if it is committed
   * @throws dev.lockstep.LockstepException if it is rolled back
   */
  Optional<Doubt> commit() {
    if (failure.isPresent()) {
      TransactionRolledBackException e =
          new TransactionRolledBackException(
              "the transaction is rolled back, since work that had joined it has failed: "
                  + failure.get().getMessage(),
              failure.get());
      rollback(e);
      throw e;
    }
    Branch begun = branch;
    Coordinator of = coordinator;
    if (begun == null || of == null) {
      return commitAlone();
    }
    Optional<Prepared> prepared;
    try {
      prepared = of.prepare(begun, (words, table) -> words.claim(connection, table));
    } catch (SQLException e) {
      rollback(e);
      throw rolledBack(e, dialect.remedy(e));
    } catch (RuntimeException | Error e) {
      rollback(e);
      throw e;
    }
    return prepared.isPresent() ? commitMarked(of, prepared.get()) : commitAlone();
  }

  /** Without messages. */
  private Optional<Doubt> commitAlone() {
    try {
      PreparedStatement commit = connection.prepareStatement(dialect.commit());
      commit.execute();
      closeQuietly(commit);
      return Optional.empty();
    } catch (SQLException e) {
      if (dialect.provesRollback(e)) {
        throw rolledBack(e, dialect.remedyWithoutMarker(e));
      }
      return Optional.of(new Doubt(e, Optional.empty()));
    }
  }

  private Optional<Doubt> commitMarked(Coordinator of, Prepared prepared) {
    PreparedStatement statement;
    try {
      statement = prepared.markerAndCommit(connection);
    } catch (SQLException e) { // nothing was sent that commits it
      of.rolledBack(prepared, e);
      throw rolledBack(e, prepared.dialect().remedy(e));
    } catch (RuntimeException | Error e) {
      of.rolledBack(prepared, e);
      throw e;
    }
    try {
      statement.execute();
    } catch (SQLException e) {
      if (prepared.dialect().provesRollback(e)) {
        rollbackDatabase(e);
        of.rolledBack(prepared, e);
        throw rolledBack(e, prepared.dialect().remedy(e));
      }
      return Optional.of(new Doubt(e, Optional.of(of.unknown(prepared))));
    } catch (RuntimeException | Error e) {
      var unused = of.unknown(prepared);
      throw e;
    }
    of.committed(prepared);
    closeQuietly(statement);
    return Optional.empty();
  }

  private static void closeQuietly(PreparedStatement statement) {
    try {
      statement.close();
    } catch (SQLException e) {
      LOGGER.log(Level.DEBUG, "closing the statement of a committed transaction", e);
    }
  }

  private static TransactionRolledBackException rolledBack(
      SQLException e, Optional<String> remedy) {
    return new TransactionRolledBackException(
        "the database has rolled the transaction back, and its messages with it: "
            + e.getMessage()
            + remedy.map(text -> "; " + text).orElse(""),
        e);
  }

  /** Rolls it back, for a reason that whoever runs it is told. */
  void rollback(Throwable reason) {
    Branch begun = branch;
    if (begun != null) {
      rollback(begun, reason);
    }
    rollbackDatabase(reason);
  }

  private static void rollback(Branch begun, Throwable reason) {
    try {
      switch (begun.state()) {
        case ACTIVE, ROLLBACK_ONLY, ROLLED_BACK -> begun.rollback();
        default -> {
          // Its force has failed: the next life finds no marker, and rolls it back.
        }
      }
    } catch (RuntimeException e) {
      reason.addSuppressed(e);
    }
  }

  private void rollbackDatabase(Throwable reason) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      reason.addSuppressed(e);
    }
  }

  /** Gives the connection back as it was. Nothing in it is committed by that. */
  @Override
  public void close() {
    handle.end();
    try (connection) {
      if (!connection.isClosed()) {
        connection.rollback();
        if (before.isolation().isPresent()) {
          connection.setTransactionIsolation(before.isolation().get());
        }
        if (settings.access() == Access.READ_ONLY) {
          connection.setReadOnly(false);
        }
        connection.setAutoCommit(before.autoCommit());
      }
    } catch (SQLException e) {
      LOGGER.log(Level.DEBUG, "giving back a connection that failed", e);
    }
  }

  /** What a doubt means to the caller whose patience is over. */
  static OutcomeUnknownException unknown(Doubt doubt) {
    return new OutcomeUnknownException(
        doubt.outcome().isPresent()
            ? "the answer to the commit was lost ("
                + doubt.cause().getMessage()
                + "), and the database has not said yet how it ended. Check-back goes on asking,"
                + " and then the messages appear or are dropped as the rows did; until then"
                + " Lockstep.transactions() shows them in doubt. Do not repeat the transaction"
                + " before that"
            : "the answer to the commit was lost ("
                + doubt.cause().getMessage()
                + "): look at the rows to find out how it ended. It had no messages",
        doubt.cause());
  }
}
