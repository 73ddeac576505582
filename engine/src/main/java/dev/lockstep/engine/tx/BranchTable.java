package dev.lockstep.engine.tx;

import dev.lockstep.UnknownTransactionException;
import dev.lockstep.engine.frame.AuditBody;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The branches that others coordinate, active or prepared, by their identity. A branch leaves the
 * table only when its outcome is durable. Thread-safe.
 */
public final class BranchTable {
  /** The format id of branches that the log itself names: "LSTP". */
  private static final int LOCAL_FORMAT = 0x4C535450;

  private final BranchContext context;
  private final MessageIds ids;
  private final Expiry expiry;
  private final Map<BranchId, LogBranch> branches = new ConcurrentHashMap<>();

  public BranchTable(BranchContext context) {
    this.context = context;
    this.ids = new MessageIds(context.log());
    this.expiry = new Expiry(context.clock());
    for (PreparedBranch prepared : context.prepared().all()) {
      add(LogBranch.restored(context, this, prepared));
      context.events().undecided(prepared.body().id(), prepared.body().decider());
    }
    for (HeuristicBranch decided : context.resolutions().heuristics()) {
      add(LogBranch.restored(context, this, decided));
    }
  }

  MessageIds ids() {
    return ids;
  }

  Expiry expiry() {
    return expiry;
  }

  void add(LogBranch branch) {
    branches.put(branch.id(), branch);
  }

  void remove(LogBranch branch) {
    branches.remove(branch.id(), branch);
  }

  /** Begins a branch that the log itself names. It is in the table once it is prepared. */
  public Branch begin() {
    context.log().checkOpen();
    return new LogBranch(context, this, ids.nextBranch());
  }

  /** The name of a branch that the log itself names. */
  static BranchId localId(long number) {
    byte[] globalId = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    return BranchId.of(LOCAL_FORMAT, globalId, new byte[0]);
  }

  /** Begins a branch that somebody else names. */
  public Branch begin(BranchId id) {
    context.log().checkOpen();
    LogBranch branch = new LogBranch(context, this, id, ids.nextBranch());
    if (branches.putIfAbsent(id, branch) != null) {
      throw new IllegalStateException("there is a branch " + id + " already");
    }
    return branch;
  }

  /** Finds a branch. */
  public Optional<Branch> find(BranchId id) {
    return Optional.ofNullable(branches.get(id));
  }

  /** Commits a prepared branch. */
  public void commit(BranchId id, Forcing forcing) {
    context.log().checkOpen();
    LogBranch branch = branches.get(id);
    if (branch == null || !isDecidable(branch)) {
      throw unknown(id);
    }
    branch.commit(forcing);
  }

  /**
   * The prepared branches of a decider. One whose outcome has its place in the log is not among
   * them, even if that is not durable yet.
   */
  public List<Undecided> undecided(Decider decider) {
    return context.prepared().undecided(decider).stream()
        .filter(branch -> branches.containsKey(branch.id()))
        .toList();
  }

  private static boolean isDecidable(Branch branch) {
    return switch (branch.state()) {
      case PREPARED, COMMITTED, HEURISTIC_COMMIT, HEURISTIC_ROLLBACK -> true;
      case ACTIVE, ROLLBACK_ONLY, ROLLED_BACK -> false;
    };
  }

  /** Rolls a branch back. */
  public void rollback(BranchId id) {
    context.log().checkOpen();
    find(id).orElseThrow(() -> unknown(id)).rollback();
  }

  /**
   * Decides a branch by hand.
   *
   * @throws UnknownTransactionException if there is no such branch in doubt
   * @throws dev.lockstep.HeuristicOutcomeException if it was decided by hand before
   */
  public void resolve(AuditBody audit) {
    context.log().checkOpen();
    LogBranch branch = branches.get(audit.id());
    if (branch == null || !branch.resolve(audit)) {
      throw new UnknownTransactionException(
          "transaction " + audit.id() + " is not in doubt; perhaps it was decided meanwhile");
    }
  }

  /**
   * Forgets that a branch was decided by hand, by hand.
   *
   * @throws UnknownTransactionException if it was not
   */
  public void forget(AuditBody audit) {
    context.log().checkOpen();
    forget(audit.id(), Optional.of(audit));
  }

  private void forget(BranchId id, Optional<AuditBody> audit) {
    LogBranch branch = branches.get(id);
    if (branch == null || !branch.forget(audit)) {
      throw notByHand(id);
    }
  }

  /** Forgets that a branch was decided by hand, since whoever was to decide it knows. */
  public void forget(BranchId id) {
    context.log().checkOpen();
    Branch branch = find(id).orElseThrow(() -> notByHand(id));
    switch (branch.state()) {
      case HEURISTIC_COMMIT, HEURISTIC_ROLLBACK -> forget(id, Optional.empty());
      default -> throw new IllegalStateException("branch " + id + " is " + branch.state());
    }
  }

  private static UnknownTransactionException notByHand(BranchId id) {
    return new UnknownTransactionException(
        "there is no transaction "
            + id
            + " that was decided by hand; perhaps it is forgotten already");
  }

  private static NoSuchElementException unknown(BranchId id) {
    return new NoSuchElementException("there is no undecided branch " + id);
  }

  /** Rolls back those whose time has run out now, for tests. */
  public void expireDue() {
    expiry.runDue();
  }

  /** Rolls back what is not prepared, when the log closes. */
  public void close() {
    expiry.close();
    for (LogBranch branch : List.copyOf(branches.values())) {
      branch.rollbackIfActive();
    }
  }
}
