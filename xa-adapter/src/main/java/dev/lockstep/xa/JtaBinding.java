package dev.lockstep.xa;

import dev.lockstep.CommitPath;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.LockstepException;
import dev.lockstep.NoTransactionException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.transaction.xa.XAResource;

/**
 * Lets sends and acknowledgements take part in the thread's Jakarta transaction, as one XA branch
 * for each log. At the first call in a transaction the branch is enlisted with the transaction
 * manager; later calls find it in the transaction's own resource map, so that it ends with the
 * transaction and no thread ever holds it. Thread-safe.
 *
 * <p>The transaction manager must also recover the branches that a crash leaves prepared: see
 * {@link #recoveryResource}. For Narayana in Java SE {@code dev.lockstep.xa.narayana} does that.
 */
public final class JtaBinding implements TransactionBinding {
  /** How long whoever has opened a log may take until recovery has been there. */
  static final Duration GRACE = Duration.ofMinutes(5);

  private final Optional<TransactionManager> manager;
  private final Enlister enlister;
  private final TransactionSynchronizationRegistry registry;
  private final ForcingPolicy policy;
  private final Clock clock;
  private final List<ManagerCheck> checks;
  private final Locals locals = new Locals();
  private final Map<UUID, ResourceManager> logs = new ConcurrentHashMap<>();

  private JtaBinding(
      Optional<TransactionManager> manager,
      Enlister enlister,
      TransactionSynchronizationRegistry registry,
      ForcingPolicy policy,
      Clock clock) {
    this.manager = manager;
    this.enlister = enlister;
    this.registry = registry;
    this.policy = policy;
    this.clock = clock;
    this.checks =
        ServiceLoader.load(ManagerCheck.class, JtaBinding.class.getClassLoader()).stream()
            .<ManagerCheck>map(ServiceLoader.Provider::get)
            .toList();
  }

  /** How a log comes into the thread's transaction. */
  @FunctionalInterface
  private interface Enlister {
    Branch enlist(ResourceManager log) throws RollbackException, SystemException;
  }

  /**
   * A binding to a transaction manager.
   *
   * @param manager the manager that branches are enlisted with
   * @param registry the same manager's registry
   * @return the binding
   */
  public static JtaBinding of(
      TransactionManager manager, TransactionSynchronizationRegistry registry) {
    return of(manager, registry, ForcingPolicy.ALWAYS);
  }

  /**
   * A binding to a transaction manager that keeps its decisions in a log.
   *
   * @param manager the manager that branches are enlisted with
   * @param registry the same manager's registry
   * @param policy which prepares and commits need no force
   * @return the binding
   */
  public static JtaBinding of(
      TransactionManager manager,
      TransactionSynchronizationRegistry registry,
      ForcingPolicy policy) {
    return of(manager, registry, policy, Clock.systemUTC());
  }

  static JtaBinding of(
      TransactionManager manager,
      TransactionSynchronizationRegistry registry,
      ForcingPolicy policy,
      Clock clock) {
    return new JtaBinding(
        Optional.of(manager), log -> enlist(manager, registry, log), registry, policy, clock);
  }

  /**
   * A binding for a container that enlists resources itself.
   *
   * @param container has the container enlist one of the resources of {@link #resource}
   * @param registry the registry of the container's transactions
   * @return the binding
   */
  public static JtaBinding of(Enlistment container, TransactionSynchronizationRegistry registry) {
    return new JtaBinding(
        Optional.empty(),
        log -> container.enlist(log.log()),
        registry,
        ForcingPolicy.ALWAYS,
        Clock.systemUTC());
  }

  /**
   * {@inheritDoc}
   *
   * <p>That nobody recovers a log is a finding when it has been open for five minutes.
   */
  @Override
  public List<Finding> diagnose() {
    List<Finding> findings = new ArrayList<>();
    for (ManagerCheck check : checks) {
      manager.ifPresent(present -> findings.addAll(check.examine(present)));
    }
    Instant since = clock.instant().minus(GRACE);
    logs.values().stream()
        .filter(log -> log.openedAt().isBefore(since) && !log.isRecovered())
        .forEach(log -> findings.add(unrecovered(log)));
    findings.addAll(locals.findings());
    return findings;
  }

  private static Finding unrecovered(ResourceManager log) {
    return Finding.refuse(
        "LSTP-0520",
        "the transaction manager's recovery has never visited "
            + log
            + ": what a crash leaves in doubt there stays so, and holds up its groups",
        "register JtaBinding.recoveryResource(log) with the transaction manager's recovery, and see"
            + " whether that is running");
  }

  @Override
  public void attach(TransactionalLog log) {
    logs.put(log.id(), new ResourceManager(log, policy, clock, branch -> badCompany(log, branch)));
  }

  @Override
  public List<CommitPath> paths() {
    return List.of(CommitPath.XA, CommitPath.LOG_ONLY);
  }

  /** A branch is prepared only if somebody else takes part in its transaction. */
  private Optional<String> badCompany(TransactionalLog log, BranchId branch) {
    if (log.commitPath().filter(CommitPath.LOG_ONLY::equals).isPresent()) {
      return Optional.of(
          "another resource takes part, and lockstep.commit-path is log-only. With an XA data"
              + " source set it to xa; with a local one open the log with HalfMessages and"
              + " half-message [LSTP-0523]");
    }
    Optional<String> local =
        checks.stream().flatMap(check -> check.localResource(branch).stream()).findFirst();
    local.ifPresent(locals::note);
    return local.map(
        name ->
            "the local resource "
                + name
                + " takes part, which can't prepare: if the answer to its COMMIT was lost, its rows"
                + " would be there and the messages not. Make it an XA data source, or open the log"
                + " with HalfMessages, for which a local one is enough [LSTP-0524]");
  }

  @Override
  public void detach(TransactionalLog log) {
    logs.computeIfPresent(log.id(), (id, known) -> known.isOf(log) ? null : known);
  }

  /**
   * The resource to register with the transaction manager's recovery, for an attached log. It lists
   * and decides the branches that a crash or a failed second phase left prepared, and neither lists
   * nor touches those whose transaction is alive in this JVM.
   *
   * @param log an attached log
   * @return a resource that only recovers; one will do for the life of the log
   */
  public XAResource recoveryResource(TransactionalLog log) {
    return new RecoveryXAResource(resourceManager(log));
  }

  /**
   * A resource for a container that enlists it in transactions itself.
   *
   * @param log an attached log
   * @return a resource for one transaction at a time
   */
  public BranchResource resource(TransactionalLog log) {
    return new LogXAResource(resourceManager(log));
  }

  /**
   * Makes the branch of a resource that the container has enlisted the one that the calls of this
   * transaction belong to. Without it the first of them would have the container enlist another
   * resource, which joins the same branch.
   *
   * @param log the log of the resource
   * @param resource a resource that is enlisted in the thread's transaction
   * @return the branch
   */
  public Branch enter(TransactionalLog log, BranchResource resource) {
    return register(resourceManager(log), resource.branch().orElseThrow());
  }

  private ResourceManager resourceManager(TransactionalLog log) {
    ResourceManager known = logs.get(log.id());
    if (known == null || !known.isOf(log)) {
      throw new IllegalStateException(
          "log " + log.id() + " is not attached to this binding, or not any more");
    }
    return known;
  }

  /**
   * {@inheritDoc}
   *
   * @throws TransactionRolledBackException if the transaction is marked rollback-only, is rolled
   *     back already (its time may have run out), or cannot take the log in
   * @throws NoTransactionException if the transaction is being completed and takes no more work
   */
  @Override
  public Optional<Branch> current(TransactionalLog log) {
    int status = registry.getTransactionStatus();
    return switch (status) {
      case Status.STATUS_NO_TRANSACTION, Status.STATUS_COMMITTED -> Optional.empty();
      case Status.STATUS_ACTIVE -> Optional.of(branch(resourceManager(log)));
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

  private Branch branch(ResourceManager log) {
    try {
      Branch branch = registry.getResource(log) instanceof Branch present ? present : enlist(log);
      if (branch.state() == Branch.State.ROLLED_BACK) {
        throw new TransactionRolledBackException(
            describe() + " was rolled back meanwhile; perhaps its timeout has passed");
      }
      return branch;
    } catch (RollbackException | IllegalStateException e) {
      throw new TransactionRolledBackException(
          describe() + " ended or was marked rollback-only meanwhile: " + e.getMessage(), e);
    } catch (SystemException e) {
      registry.setRollbackOnly();
      throw new TransactionRolledBackException(
          describe() + " could not take in " + log + ": " + e.getMessage(), e);
    }
  }

  private Branch enlist(ResourceManager log) throws RollbackException, SystemException {
    return register(log, enlister.enlist(log));
  }

  private Branch register(ResourceManager log, Branch branch) {
    registry.registerInterposedSynchronization(new Departure(log, branch.id()));
    registry.putResource(log, branch);
    return branch;
  }

  private static Branch enlist(
      TransactionManager manager, TransactionSynchronizationRegistry registry, ResourceManager log)
      throws RollbackException, SystemException {
    Transaction transaction = manager.getTransaction();
    if (transaction == null) {
      throw new IllegalStateException("the thread has no transaction any more");
    }
    LogXAResource resource = new LogXAResource(log);
    if (!transaction.enlistResource(resource)) {
      throw refused(describe(registry), log, resource);
    }
    return resource.branch().orElseThrow();
  }

  private static LockstepException refused(
      String transaction, ResourceManager log, LogXAResource resource) {
    Optional<Throwable> failure = resource.startFailure().map(e -> e);
    if (failure.map(Throwable::getCause).orElse(null) instanceof LockstepException own) {
      return own;
    }
    String message =
        transaction + " could not take in " + log + " and is marked rollback-only: see the cause";
    return failure
        .map(cause -> new TransactionRolledBackException(message, cause))
        .orElseGet(
            () ->
                new TransactionRolledBackException(message + ", or the transaction manager's log"));
  }

  private String describe() {
    return describe(registry);
  }

  private static String describe(TransactionSynchronizationRegistry registry) {
    return "transaction " + registry.getTransactionKey();
  }

  /** Ends the life of a branch with its transaction, whether or not its manager completed it. */
  private record Departure(ResourceManager log, BranchId id) implements Synchronization {
    @Override
    public void beforeCompletion() {}

    @Override
    public void afterCompletion(int status) {
      log.depart(id);
    }
  }
}
