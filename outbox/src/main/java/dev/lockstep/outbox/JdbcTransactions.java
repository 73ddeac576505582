package dev.lockstep.outbox;

import dev.lockstep.CommitPath;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.LockstepException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.outbox.JdbcTransaction.Doubt;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Transactions of a database, over plain JDBC, which messages and acknowledgements of a log take
 * part in: rows and messages are committed together, or not at all. No transaction manager is
 * needed, and nothing prepared in the database: one force of the log and one commit of the database
 * are all that a transaction costs.
 *
 * <pre>{@code
 * JdbcTransactions transactions = JdbcTransactions.over(dataSource);
 * Lockstep lockstep = Lockstep.open(
 *     LockstepConfig.builder().dataDir(dir).transactions(transactions).build());
 * Producer<String> orders = lockstep.producer("orders", String.class);
 * transactions.execute(connection -> {
 *   insertRow(connection, "Ada");
 *   orders.send("Ada");
 * });
 * }</pre>
 *
 * <p><b>How.</b> The messages are forced to the log as a <em>half message</em>. Then a row goes to
 * a marker table of the log in the same database, and with it the commit, in one round trip. What
 * the database answers decides. If there is no answer, the marker is looked up on another
 * connection, at once and until it is known, also by the next process after a crash.
 *
 * <p><b>Savepoints.</b> Going back to one, with {@link Connection#rollback(java.sql.Savepoint)},
 * takes back what was sent and acknowledged since, as it does the rows. Savepoints, commits and
 * rollbacks in the text of a statement are not seen, and must not be used.
 *
 * <p><b>The tables.</b> Three for each log, {@code lockstep_marker_<log>_0} to {@code _2}. An open
 * without them is refused with the statements that create them, unless {@link
 * Builder#createTables()} is on.
 *
 * <p>For one log at a time, which may have several: {@link Databases}. Thread-safe.
 */
public final class JdbcTransactions implements TransactionBinding {
  private final Settings settings;
  private final Attachment attachment = new Attachment();

  /**
   * The transactions that are running. A map rather than a thread-local: it leaves nothing behind
   * in threads that outlive this object.
   */
  private final Map<Thread, JdbcTransaction> running = new ConcurrentHashMap<>();

  /** What those find that move an outbox in these transactions. */
  private final Set<Supplier<List<Finding>>> reporters = ConcurrentHashMap.newKeySet();

  private JdbcTransactions(Settings settings) {
    this.settings = settings;
  }

  /** This as one of several. */
  Member member() {
    return new Member(
        this, settings, attachment, () -> running.containsKey(Thread.currentThread()), () -> false);
  }

  /**
   * What is done in a transaction.
   *
   * @param <R> the result
   * @param <E> what may be thrown
   */
  @FunctionalInterface
  public interface Work<R, E extends Exception> {
    /**
     * Does it.
     *
     * @param connection the transaction's connection; not to be used after this returns
     * @return the result
     * @throws E to roll the transaction back
     */
    R run(Connection connection) throws E;
  }

  /**
   * What is done in a transaction, without a result.
   *
   * @param <E> what may be thrown
   */
  @FunctionalInterface
  public interface Action<E extends Exception> {
    /**
     * Does it.
     *
     * @param connection the transaction's connection; not to be used after this returns
     * @throws E to roll the transaction back
     */
    void run(Connection connection) throws E;
  }

  /**
   * Transactions with the default settings.
   *
   * @param dataSource where the connections come from; any pool
   * @return the transactions
   */
  public static JdbcTransactions over(DataSource dataSource) {
    return builder(dataSource).build();
  }

  /**
   * A builder with the defaults.
   *
   * @param dataSource where the connections come from; any pool
   * @return a new builder
   */
  public static Builder builder(DataSource dataSource) {
    return new Builder(dataSource);
  }

  /** Collects settings. Not thread-safe. */
  public static final class Builder extends SettingsBuilder<Builder> {
    private Builder(DataSource dataSource) {
      super(dataSource);
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * How long a commit whose answer was lost waits for check-back to find out how it ended.
     * Default: 10 seconds.
     *
     * @param time the time; zero: not at all
     * @return this
     */
    public Builder outcomeWait(Duration time) {
      setOutcomeWait(time);
      return this;
    }

    /**
     * Checks the settings.
     *
     * @return the transactions
     * @throws InvalidConfigException naming every problem at once
     */
    public JdbcTransactions build() {
      return new JdbcTransactions(settings());
    }
  }

  /**
   * Runs work in a transaction: of its own, or of the one that the thread has already. Sends and
   * polls on this thread take part in it. When the work returns, the outermost call commits; when
   * it throws, rows and messages are rolled back. What a joined call throws makes the whole
   * transaction roll back, also if it is caught.
   *
   * @param <R> the result
   * @param <E> what the work may throw
   * @param work what is to be done
   * @return what the work returns; the transaction is committed then
   * @throws E what the work throws; the transaction is rolled back
   * @throws TransactionRolledBackException if it was rolled back instead of committed
   * @throws OutcomeUnknownException if it is not known in time how it ended; it says what follows
   */
  public <R, E extends Exception> R run(Work<R, E> work) throws E {
    return run(TransactionSettings.defaults(), work);
  }

  /**
   * Runs work without a result in a transaction.
   *
   * @param <E> what the work may throw
   * @param work what is to be done
   * @throws E what the work throws; the transaction is rolled back
   * @see #run(Work)
   */
  public <E extends Exception> void execute(Action<E> work) throws E {
    execute(TransactionSettings.defaults(), work);
  }

  /**
   * Runs work without a result in a transaction.
   *
   * @param <E> what the work may throw
   * @param how how the transaction is begun
   * @param work what is to be done
   * @throws E what the work throws; the transaction is rolled back
   * @see #run(TransactionSettings, Work)
   */
  public <E extends Exception> void execute(TransactionSettings how, Action<E> work) throws E {
    run(
        how,
        connection -> {
          work.run(connection);
          return true;
        });
  }

  /**
   * Runs work in a transaction.
   *
   * @param <R> the result
   * @param <E> what the work may throw
   * @param how how the transaction is begun; work that joins another one can't ask for anything
   *     else than that has
   * @param work what is to be done
   * @return what the work returns; the transaction is committed then
   * @throws E what the work throws; the transaction is rolled back
   * @throws TransactionRolledBackException if it was rolled back instead of committed
   * @throws OutcomeUnknownException if it is not known in time how it ended; it says what follows
   * @see #run(Work)
   */
  public <R, E extends Exception> R run(TransactionSettings how, Work<R, E> work) throws E {
    JdbcTransaction outer = running.get(Thread.currentThread());
    return outer == null ? runOuter(how, work) : join(outer, how, work);
  }

  private static <R, E extends Exception> R join(
      JdbcTransaction outer, TransactionSettings how, Work<R, E> work) throws E {
    if (!how.isMetBy(outer.settings())) {
      throw new IllegalStateException(
          "work that wants a transaction with "
              + how
              + " can't join the one that is running, which has "
              + outer.settings()
              + "; run it outside of that, or give that the same settings");
    }
    try {
      return work.run(outer.connection());
    } catch (Throwable e) {
      outer.failed(e);
      throw e;
    }
  }

  private <R, E extends Exception> R runOuter(TransactionSettings how, Work<R, E> work) throws E {
    attachment.requireNoOther();
    JdbcTransaction transaction = begin(how);
    R result;
    Optional<Doubt> doubt;
    running.put(Thread.currentThread(), transaction);
    try (transaction) {
      result = perform(transaction, work);
      doubt = transaction.commit();
    } finally {
      running.remove(Thread.currentThread());
    }
    doubt.ifPresent(this::await);
    return result;
  }

  private JdbcTransaction begin(TransactionSettings how) {
    try {
      return JdbcTransaction.begin(settings.source().getConnection(), how);
    } catch (SQLException e) {
      throw new TransactionRolledBackException(
          "no transaction could be begun in "
              + Survey.where(settings)
              + ", and nothing was done: "
              + e.getMessage(),
          e);
    }
  }

  private static <R, E extends Exception> R perform(JdbcTransaction transaction, Work<R, E> work)
      throws E {
    try {
      return work.run(transaction.connection());
    } catch (Throwable e) {
      transaction.rollback(e);
      throw e;
    }
  }

  private void await(Doubt doubt) {
    CompletableFuture<Outcome> answer =
        doubt.outcome().orElseThrow(() -> JdbcTransaction.unknown(doubt));
    try {
      if (answer.get(settings.outcomeWait().toMillis(), TimeUnit.MILLISECONDS)
          == Outcome.ROLLED_BACK) {
        throw new TransactionRolledBackException(
            "the transaction is rolled back, rows and messages: the connection was lost before it"
                + " could commit ("
                + doubt.cause().getMessage()
                + ")",
            doubt.cause());
      }
    } catch (TimeoutException e) {
      throw JdbcTransaction.unknown(doubt);
    } catch (ExecutionException e) {
      OutcomeUnknownException unknown = JdbcTransaction.unknown(doubt);
      unknown.addSuppressed(e.getCause() instanceof LockstepException own ? own : e);
      throw unknown;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw JdbcTransaction.unknown(doubt);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws TransactionRolledBackException if the transaction can only be rolled back
   */
  @Override
  public Optional<Branch> current(TransactionalLog log) {
    JdbcTransaction transaction = running.get(Thread.currentThread());
    return transaction == null
        ? Optional.empty()
        : Optional.of(transaction.branch(attachment.of(log)));
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
    List<Finding> found = new ArrayList<>(attachment.diagnose());
    reporters.forEach(reporter -> found.addAll(reporter.get()));
    return found;
  }

  /** Somebody has findings of its own from now on. */
  void report(Supplier<List<Finding>> reporter) {
    reporters.add(reporter);
  }

  void reportNoMore(Supplier<List<Finding>> reporter) {
    reporters.remove(reporter);
  }

  /** The transactions that are not decided, and may be of this database. */
  Set<String> undecided() {
    return attachment.undecided();
  }

  /** Whether a log takes part in the transaction of this thread already. */
  boolean takesPart() {
    JdbcTransaction transaction = running.get(Thread.currentThread());
    return transaction != null && transaction.hasBranch();
  }
}
