package dev.lockstep.outbox;

import dev.lockstep.CommitPath;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.NoTransactionException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.spi.TransactionalLog.Undecided;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Lets sends and acknowledgements take part in Jakarta transactions that have one database: as half
 * messages, which a marker row of that database decides. The log is no resource of the transaction,
 * so that the manager commits the database in one phase, writes no record of its own, has nothing
 * to recover, and prepares nothing in the database.
 *
 * <p>All it needs is the container's {@link TransactionSynchronizationRegistry} and a data source
 * whose connections take part in its transactions, to the database that the rows go to.
 *
 * <p><b>How.</b> In an interposed synchronization, behind those of others, the messages are forced
 * to the log, and a marker row is inserted in the transaction. When that has completed, the marker
 * is looked up: what the manager says of the outcome proves nothing. So messages become visible
 * about a millisecond after {@code commit()} has returned.
 *
 * <p>Over connections of a {@code TransactionalDataSource}, or of a {@code GuardedXADataSource} in
 * any pool, the marker goes with the COMMIT instead, and the database's answer is the outcome: one
 * round trip less, and messages are visible when {@code commit()} returns.
 *
 * <p><b>One database.</b> Where a second one takes part as a local resource, no log can keep them
 * together; with several XA resources the marker is committed with those of its database.
 *
 * <p><b>No savepoints.</b> What is sent stays sent if the rows go back to a savepoint; where that
 * is needed, use {@link JdbcTransactions}.
 *
 * <p>For one log at a time, which may have several: {@link Databases}. Thread-safe.
 *
 * @see JdbcTransactions for the marker tables, which are the same
 */
public final class HalfMessages implements TransactionBinding {
  private final TransactionSynchronizationRegistry registry;
  private final Settings settings;
  private final Attachment attachment = new Attachment();

  private HalfMessages(TransactionSynchronizationRegistry registry, Settings settings) {
    this.registry = registry;
    this.settings = settings;
  }

  /** This as one of several databases, and the only one with a transaction manager. */
  Member member() {
    return new Member(this, settings, attachment, this::hasTransaction, () -> false);
  }

  /** This as one of several with a transaction manager. */
  Member memberOfMany() {
    return new Member(
        this,
        settings,
        attachment,
        () -> hasTransaction() && isUsed(),
        () -> hasTransaction() && !isUsed());
  }

  /** As {@link #current} sees it: one that is committed is over, also for what is told of that. */
  private boolean hasTransaction() {
    int status = registry.getTransactionStatus();
    return status != Status.STATUS_NO_TRANSACTION && status != Status.STATUS_COMMITTED;
  }

  private boolean isUsed() {
    return registry.getResource(this) != null;
  }

  /**
   * Has the messages of the thread's transaction go with this database, of several that a log has:
   * the one that its rows go to. To be called before it sends or polls; more than once does no
   * harm. Whoever begins transactions and polls for the application leaves no room for that call:
   * where there are several, poll yourself.
   *
   * @throws NoTransactionException if the thread has no transaction
   * @see Databases
   */
  public void use() {
    attachment.requireNoOther();
    try {
      registry.putResource(this, true);
    } catch (IllegalStateException e) {
      throw new NoTransactionException(
          "a database can be used in a transaction only: begin one before [LSTP-0728]");
    }
  }

  /**
   * A binding with the default settings.
   *
   * @param registry the registry of the container's transactions
   * @param dataSource where connections come from that take part in them
   * @return the binding
   */
  public static HalfMessages over(
      TransactionSynchronizationRegistry registry, DataSource dataSource) {
    return builder(registry, dataSource).build();
  }

  /**
   * A builder with the defaults.
   *
   * @param registry the registry of the container's transactions
   * @param dataSource where connections come from that take part in them
   * @return a new builder
   */
  public static Builder builder(
      TransactionSynchronizationRegistry registry, DataSource dataSource) {
    return new Builder(registry, dataSource);
  }

  /** Collects settings. Not thread-safe. */
  public static final class Builder extends SettingsBuilder<Builder> {
    private final TransactionSynchronizationRegistry registry;

    private Builder(TransactionSynchronizationRegistry registry, DataSource dataSource) {
      super(dataSource);
      this.registry = registry;
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * Checks the settings.
     *
     * @return the binding
     * @throws InvalidConfigException naming every problem at once
     */
    public HalfMessages build() {
      return new HalfMessages(registry, settings());
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws TransactionRolledBackException if the transaction is marked rollback-only, or is rolled
   *     back already (its time may have run out)
   * @throws NoTransactionException if the transaction is being completed and takes no more work
   */
  @Override
  public Optional<Branch> current(TransactionalLog log) {
    int status = registry.getTransactionStatus();
    return switch (status) {
      case Status.STATUS_NO_TRANSACTION, Status.STATUS_COMMITTED -> Optional.empty();
      case Status.STATUS_ACTIVE -> Optional.of(branch(log));
      case Status.STATUS_MARKED_ROLLBACK ->
          throw new TransactionRolledBackException(
              describe() + " is marked rollback-only and takes no more work. Let it roll back");
      case Status.STATUS_ROLLING_BACK, Status.STATUS_ROLLEDBACK ->
          throw new TransactionRolledBackException(
              describe()
                  + " is rolled back already; perhaps its timeout has passed. Begin a new one");
      default ->
          throw new NoTransactionException(
              describe()
                  + " is being completed and takes no more work (status "
                  + status
                  + "). Send before its commit, or in a new transaction");
    };
  }

  private Branch branch(TransactionalLog log) {
    Coordinator coordinator = attachment.of(log);
    try {
      return JtaParticipation.current(coordinator, registry, settings.source()).branch();
    } catch (IllegalStateException e) {
      throw new TransactionRolledBackException(
          describe() + " ended or was marked rollback-only meanwhile: " + e.getMessage(), e);
    }
  }

  private String describe() {
    return "transaction " + registry.getTransactionKey();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Asks the database what became of the transactions that an earlier life of the log has left,
   * and waits for that, but not for long.
   *
   * @throws InvalidConfigException if this has a log already
   */
  @Override
  public void attach(TransactionalLog log) {
    attachment.attach(log, settings, Siblings.none());
    attachment.await();
  }

  @Override
  public void detach(TransactionalLog log) {
    attachment.detach(log);
  }

  @Override
  public List<CommitPath> paths() {
    return List.of(CommitPath.HALF_MESSAGE);
  }

  @Override
  public Decision decision(BranchId branch) {
    return attachment.decision(branch);
  }

  @Override
  public Optional<String> waitsFor(Undecided branch) {
    return Half.waitsFor(branch);
  }

  @Override
  public List<Finding> diagnose() {
    return attachment.diagnose();
  }
}
