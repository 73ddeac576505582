package dev.lockstep.outbox;

import dev.lockstep.NoTransactionException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.jdbc.Companion;
import dev.lockstep.jdbc.JointCommit;
import dev.lockstep.spi.Branch;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The part of a log in a Jakarta transaction: an interposed synchronization, for when all others
 * have done their work. If the transaction's connection is one of ours, the half message completes
 * with it: it is prepared when the connection commits, its marker goes with the COMMIT, and the
 * answer is the outcome. Else it is prepared now, and the marker is a statement of the transaction;
 * and what this is told of the transaction's end is a hint at most.
 *
 * <p>Thread-safe: a manager's reaper may end the transaction at any time, on its own thread.
 */
final class JtaParticipation {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private final Coordinator coordinator;
  private final TransactionSynchronizationRegistry registry;
  private final DataSource source;
  private final Branch branch;
  private Phase phase = Phase.OPEN;
  private Optional<Prepared> prepared = Optional.empty();

  private enum Phase {
    /** Takes messages. */
    OPEN,
    /** Takes none any more. */
    SEALED,
    /** Its half frame is durable. */
    PREPARED,
    /** It is for somebody else, or nobody. */
    DONE
  }

  private JtaParticipation(
      Coordinator coordinator, TransactionSynchronizationRegistry registry, DataSource source) {
    this.coordinator = coordinator;
    this.registry = registry;
    this.source = source;
    this.branch = coordinator.begin();
  }

  /** The part of the thread's transaction, which takes it on at the first call. */
  static JtaParticipation current(
      Coordinator coordinator, TransactionSynchronizationRegistry registry, DataSource source) {
    if (registry.getResource(coordinator) instanceof JtaParticipation present) {
      return present;
    }
    JtaParticipation begun = new JtaParticipation(coordinator, registry, source);
    try {
      registry.registerInterposedSynchronization(begun.new First());
      registry.putResource(coordinator, begun);
      return begun;
    } catch (RuntimeException e) {
      begun.branch.rollback();
      throw e;
    }
  }

  /** The branch, which takes messages. */
  synchronized Branch branch() {
    return switch (phase) {
      case OPEN -> branch;
      case SEALED, PREPARED -> {
        NoTransactionException late =
            new NoTransactionException(
                "transaction "
                    + branch.id()
                    + " is being completed, and what it sends is in the log already; it is rolled"
                    + " back now. Send before its commit, or in a synchronization that is"
                    + " registered before the completion begins [LSTP-0725]");
        rollBackLater(late);
        throw late;
      }
      case DONE ->
          throw new TransactionRolledBackException(
              "transaction " + branch.id() + " has ended; begin a new one");
    };
  }

  /** Others that flush what they have, as JPA does, may be registered behind the first one. */
  private final class First implements Synchronization {
    @Override
    public void beforeCompletion() {
      registry.registerInterposedSynchronization(new Last());
    }

    @Override
    public void afterCompletion(int status) {
      ended(status);
    }
  }

  private final class Last implements Synchronization {
    @Override
    public void beforeCompletion() {
      complete();
    }

    @Override
    public void afterCompletion(int status) {
      // The first one does it: it is there whatever happens.
    }
  }

  private void complete() {
    try {
      if (isIdle()) {
        var unused = prepareHere((dialect, table) -> {}); // there is nothing to mark
      } else {
        prepareAndMark();
      }
    } catch (SQLException e) {
      TransactionRolledBackException failure =
          new TransactionRolledBackException(
              "transaction "
                  + branch.id()
                  + " is rolled back, since its marker could not be written: "
                  + e.getMessage()
                  + coordinator.remedy(e).map(text -> "; " + text).orElse(""),
              e);
      rollBackLater(failure);
      throw failure;
    } catch (RuntimeException | Error e) {
      rollBackLater(e);
      throw e;
    }
  }

  /** Whether there is nothing to do that needs a connection. */
  private synchronized boolean isIdle() {
    return phase != Phase.OPEN || registry.getRollbackOnly() || branch.isEmpty();
  }

  private void prepareAndMark() throws SQLException {
    try (Connection connection = source.getConnection()) {
      if (joined(connection)) {
        return;
      }
      if (connection.getAutoCommit()) {
        throw new SQLException(
            "the connection does not take part in the transaction; give HalfMessages a data source"
                + " that does [LSTP-0724]");
      }
      Optional<Prepared> half = prepareHere((dialect, table) -> dialect.claim(connection, table));
      if (half.isPresent()) {
        mark(half.get(), connection);
      }
    }
  }

  private boolean joined(Connection connection) throws SQLException {
    return connection.isWrapperFor(JointCommit.class)
        && connection.unwrap(JointCommit.class).join(new InConnection());
  }

  /** Completes with a connection that is one of ours. */
  private final class InConnection implements Companion {
    @Override
    public Optional<Sealed> seal() {
      Optional<Prepared> half = prepareWithConnection();
      return half.map(Marked::new);
    }
  }

  /** A half message whose marker goes with the commit of a connection that is one of ours. */
  private final class Marked implements Companion.Sealed {
    private final Prepared half;

    private Marked(Prepared half) {
      this.half = half;
    }

    @Override
    public PreparedStatement withCommit(Connection connection) throws SQLException {
      return half.markerAndCommit(connection);
    }

    @Override
    public String text() {
      return half.markerText();
    }

    @Override
    public void committed() {
      if (done()) {
        coordinator.committed(half);
      }
    }

    @Override
    public void rolledBack(Throwable reason) {
      if (done()) {
        coordinator.rolledBack(half, reason);
      }
    }

    @Override
    public void unknown() {
      if (done()) {
        coordinator.reportedOtherwise(half);
      }
    }

    @Override
    public Optional<String> remedy(Throwable failure) {
      return half.dialect().remedy(failure);
    }
  }

  /** Our own connections are those of PostgreSQL, which keeps the table without being asked. */
  private synchronized Optional<Prepared> prepareWithConnection() {
    if (phase != Phase.OPEN) {
      throw new IllegalStateException("transaction " + branch.id() + " has ended already");
    }
    try {
      return prepare((dialect, table) -> {});
    } catch (SQLException e) {
      throw new IllegalStateException("nothing was asked of the database", e);
    }
  }

  /** Whether the outcome is still to be told. */
  private synchronized boolean done() {
    boolean open = phase == Phase.PREPARED;
    phase = Phase.DONE;
    return open;
  }

  private synchronized Optional<Prepared> prepareHere(Coordinator.Claim claim) throws SQLException {
    if (phase == Phase.OPEN && registry.getRollbackOnly()) {
      phase = Phase.SEALED;
      return Optional.empty();
    }
    return prepare(claim);
  }

  private synchronized Optional<Prepared> prepare(Coordinator.Claim claim) throws SQLException {
    if (phase != Phase.OPEN) {
      return Optional.empty(); // it has ended meanwhile
    }
    phase = Phase.SEALED;
    prepared = coordinator.prepare(branch, claim);
    if (prepared.isPresent()) {
      phase = Phase.PREPARED;
    }
    return prepared;
  }

  /**
   * Writes the marker. If that fails, the transaction is rolled back, and check-back sees to the
   * half message: a marker may have arrived.
   */
  private static void mark(Prepared half, Connection connection) throws SQLException {
    try (PreparedStatement marker = half.marker(connection)) {
      marker.executeUpdate();
    }
  }

  private void rollBackLater(Throwable reason) {
    try {
      registry.setRollbackOnly();
    } catch (IllegalStateException e) {
      reason.addSuppressed(e); // it has ended meanwhile
    }
  }

  private synchronized void ended(int status) {
    Phase last = phase;
    phase = Phase.DONE;
    switch (last) {
      case OPEN, SEALED -> rollBackBranch(status);
      case PREPARED -> {
        if (status == Status.STATUS_COMMITTED) {
          prepared.ifPresent(coordinator::reportedCommitted);
        } else {
          prepared.ifPresent(coordinator::reportedOtherwise);
        }
      }
      case DONE -> {
        // It is told twice.
      }
    }
  }

  private void rollBackBranch(int status) {
    if (status == Status.STATUS_COMMITTED && !branch.isEmpty()) {
      LOGGER.log(
          Level.ERROR,
          "LSTP-0936: transaction {0} was committed without asking its synchronizations before; its"
              + " messages are dropped",
          branch.id());
    }
    switch (branch.state()) {
      case ACTIVE, ROLLBACK_ONLY, ROLLED_BACK -> {
        try {
          branch.rollback();
        } catch (RuntimeException e) {
          LOGGER.log(Level.DEBUG, "rolling a branch back that nobody needs", e);
        }
      }
      default -> {
        // There was nothing in it, or the log has failed: the next life finds no marker.
      }
    }
  }
}
