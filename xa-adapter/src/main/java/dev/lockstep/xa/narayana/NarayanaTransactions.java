package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.coordinator.TransactionReaper;
import com.arjuna.ats.jta.common.jtaPropertyManager;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.xa.JtaBinding;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.UserTransaction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * Jakarta Transactions in Java SE, by Narayana: a transaction manager with a durable store, its
 * recovery, and the binding that lets Lockstep's logs take part.
 *
 * <p>At start: open this; open the log with {@link #binding()} in its configuration, which
 * registers it for recovery; call {@link #recoverNow}; start what consumes and sends. At the end
 * the reverse: stop the application, close the log, close this.
 *
 * <p><b>One for a JVM.</b> Narayana keeps its settings in statics. A second one is refused while
 * one is open. After {@link #close()} another may be opened with the same node id and store
 * directory; others are refused as long as the JVM lives. One process uses a store at a time; a
 * lock in its directory sees to that.
 *
 * <p><b>Recovery without waiting.</b> A branch that is prepared and has no decision record is an
 * orphan and rolled back. Narayana waits 20 s by default before it believes that, because a
 * recovery in <em>another</em> process cannot see whether the transaction is still at work. Here
 * recovery lives in the one process that may use the store and the node id, and knows: Narayana's
 * action status filter leaves alone whatever transaction is in flight in this JVM, and the log
 * neither lists nor rolls back a branch whose transaction is alive in this JVM. So {@link
 * #recoverNow} does not wait, and one pass after a restart settles everything that can be reached.
 * The periodic passes are in no hurry: they roll back what the pass before has seen already, which
 * spares databases a rollback of what has just been committed.
 *
 * <p><b>The node id</b> must be used by no other process that works on the same databases. If one
 * does, or if the store of decisions was lost, its branches are told by the number of the store
 * that they carry: recovery leaves them alone, and the doctor names them ({@code LSTP-0525}).
 *
 * <p><b>Decision records in the log.</b> They lie in the first log that is opened with the binding,
 * which must force what it commits; until one is open nothing is recovered. With {@link
 * TransactionStore#FILES} they lie in the store directory. Records of earlier lives are found
 * wherever they are, so that the choice may change from start to start.
 *
 * <p>Narayana logs through JBoss Logging, which finds the application's own logging; without one
 * that is {@code java.util.logging}. Thread-safe.
 */
public final class NarayanaTransactions implements AutoCloseable {
  private final StoreLock lock;
  private final ResourceNames names;
  private final RecoveryPasses recovery;
  private final TransactionManager manager;
  private final TransactionSynchronizationRegistry registry;
  private final TransactionBinding binding;
  private final AtomicBoolean closed = new AtomicBoolean();

  private NarayanaTransactions(
      NarayanaSettings settings, StoreLock lock, ResourceNames names, Optional<String> formerId) {
    this.lock = lock;
    this.names = names;
    this.manager =
        settings.decoration().apply(com.arjuna.ats.jta.TransactionManager.transactionManager());
    this.registry =
        jtaPropertyManager.getJTAEnvironmentBean().getTransactionSynchronizationRegistry();
    // Last, because it starts a thread.
    this.recovery = RecoveryPasses.start(names, settings);
    JtaBinding jta =
        JtaBinding.of(manager, registry, new NarayanaForcing(settings.elision(), names));
    this.binding =
        new NarayanaBinding(
            jta,
            recovery,
            new NarayanaBinding.Node(
                settings.nodeId(), settings.storeDirectory(), formerId, names.strangers()),
            new ProvenDecisions(names),
            names.logs());
  }

  private static NarayanaTransactions open(NarayanaSettings settings) {
    ResourceNames names = NarayanaSetup.acquire(settings);
    try {
      StoreLock lock = StoreLock.hold(settings.storeDirectory());
      try {
        DecisionStore.deleteUnfinished(settings.storeDirectory());
        names.logs().open(settings.store(), NotedLogs.read(settings.storeDirectory()));
        names.open(StoreNumber.of(settings.storeDirectory()));
        Optional<String> formerId =
            NodeMemory.remember(settings.storeDirectory(), settings.nodeId());
        return new NarayanaTransactions(settings, lock, names, formerId);
      } catch (RuntimeException | Error e) {
        lock.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      names.release();
      throw e;
    }
  }

  /**
   * Begins to build one.
   *
   * @param nodeId the name of this node in all its Xids: at most 28 bytes, the same at each start,
   *     and used by no other process
   * @param storeDirectory where Narayana keeps its decision records, or the note which log has them
   *     (see {@link Builder#store}); created if need be. Losing it while branches are in doubt
   *     loses their outcome
   * @return the builder
   */
  public static Builder builder(String nodeId, Path storeDirectory) {
    return new Builder(nodeId, storeDirectory);
  }

  /**
   * The transaction manager.
   *
   * @return the manager; resources are to be enlisted through this one
   */
  public TransactionManager transactionManager() {
    return manager;
  }

  /**
   * The registry of the same transactions.
   *
   * @return the registry
   */
  public TransactionSynchronizationRegistry synchronizationRegistry() {
    return registry;
  }

  /**
   * What begins and ends transactions in application code.
   *
   * @return the user transaction
   */
  public UserTransaction userTransaction() {
    return com.arjuna.ats.jta.UserTransaction.userTransaction();
  }

  /**
   * The binding for {@code LockstepConfig}: logs that are opened with it take part in these
   * transactions, and recovery visits them from then until they close.
   *
   * @return the binding
   */
  public TransactionBinding binding() {
    return binding;
  }

  /**
   * Recovers now, on this thread, until nothing of this node is in doubt or the time is over: what
   * is decided is committed, orphans are rolled back, other nodes' branches are left alone. To be
   * called once at start, after the logs are open and before anything consumes or sends; harmless
   * at any time.
   *
   * @param patience how long to try again while something is left; one pass is always made
   * @return what is left
   */
  public RecoveryReport recoverNow(Duration patience) {
    return recovery.recover(patience);
  }

  /**
   * Stops recovery and forgets all resources. Transactions that are still open are rolled back.
   * Closing twice does nothing.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      TransactionReaper.terminate(false);
      recovery.close();
    } finally {
      lock.close();
      names.release();
    }
  }

  /** Builds {@link NarayanaTransactions}. */
  public static final class Builder {
    private final String nodeId;
    private final Path storeDirectory;
    private final List<RecoverableResource> resources = new ArrayList<>();
    private Duration recoveryInterval = Duration.ofSeconds(10);
    private Duration defaultTimeout = Duration.ofMinutes(1);
    private TransactionStore store = TransactionStore.CO_LOCATED;
    private Elision elision = Elision.ON;
    private UnaryOperator<TransactionManager> decoration = UnaryOperator.identity();

    private Builder(String nodeId, Path storeDirectory) {
      this.nodeId = nodeId;
      this.storeDirectory = storeDirectory;
    }

    /**
     * How long recovery rests between two passes.
     *
     * @param interval the time; 10 s by default
     * @return this
     */
    public Builder recoveryInterval(Duration interval) {
      recoveryInterval = interval;
      return this;
    }

    /**
     * After which time a transaction is rolled back that has not set its own.
     *
     * @param timeout the time in whole seconds; 60 s by default
     * @return this
     */
    public Builder defaultTimeout(Duration timeout) {
      defaultTimeout = timeout;
      return this;
    }

    /**
     * Where decision records are written. Those of earlier lives are found and carried out wherever
     * they are, so this may change from start to start; only all logs that may hold some must be
     * opened, or recovery waits for them.
     *
     * @param where the place; the log by default
     * @return this
     */
    public Builder store(TransactionStore where) {
      store = where;
      return this;
    }

    /**
     * Whether forces are left out for which the decision record's makes up.
     *
     * @param which whether; on by default
     * @return this
     */
    public Builder elision(Elision which) {
      elision = which;
      return this;
    }

    /**
     * Has recovery visit another resource too. Each database whose connections take part in the
     * transactions needs this: without it nobody decides its branches after a crash.
     *
     * @param resource the resource
     * @return this
     */
    public Builder recover(RecoverableResource resource) {
      resources.add(resource);
      return this;
    }

    /**
     * Decorates the transaction manager that is handed out and that logs are enlisted with; for
     * tests and tracing.
     *
     * @param decorator makes the decorated manager of Narayana's
     * @return this
     */
    public Builder decorate(UnaryOperator<TransactionManager> decorator) {
      decoration = decorator;
      return this;
    }

    /**
     * Sets Narayana up and starts its recovery.
     *
     * @return the transactions, to be closed
     * @throws InvalidConfigException if a setting is wrong, the directory cannot be written or is
     *     in use, or Narayana is in use or set up otherwise in this JVM
     */
    public NarayanaTransactions open() {
      return NarayanaTransactions.open(
          new NarayanaSettings(
              nodeId,
              storeDirectory,
              recoveryInterval,
              defaultTimeout,
              store,
              elision,
              resources,
              decoration));
    }
  }
}
