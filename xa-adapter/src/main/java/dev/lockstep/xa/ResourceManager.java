package dev.lockstep.xa;

import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.TransactionalLog;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * One open log, as the XA specification sees it: what all {@link XAResource}s of the log share.
 * Nothing but {@link XAException} leaves its methods. Thread-safe.
 */
final class ResourceManager {
  private static final byte[] NO_NOTE = {};

  private final TransactionalLog log;
  private final ForcingPolicy policy;
  private final Clock clock;
  private final Company company;
  private final Instant openedAt;
  private final LiveBranches live = new LiveBranches();
  private volatile boolean recovered;

  ResourceManager(TransactionalLog log) {
    this(log, Clock.systemUTC());
  }

  ResourceManager(TransactionalLog log, Clock clock) {
    this(log, ForcingPolicy.ALWAYS, clock, branch -> Optional.empty());
  }

  ResourceManager(TransactionalLog log, ForcingPolicy policy, Clock clock, Company company) {
    this.log = log;
    this.policy = policy;
    this.clock = clock;
    this.company = company;
    this.openedAt = clock.instant();
  }

  /** Looks at who else takes part in a transaction that is to be prepared. */
  @FunctionalInterface
  interface Company {
    /** Why it can't be committed with these. */
    Optional<String> refusal(BranchId branch);
  }

  UUID id() {
    return log.id();
  }

  TransactionalLog log() {
    return log;
  }

  boolean isOf(TransactionalLog other) {
    return log == other;
  }

  Instant openedAt() {
    return openedAt;
  }

  /** Whether a recovery has looked for branches here since the log was opened. */
  boolean isRecovered() {
    return recovered;
  }

  void recovered() {
    recovered = true;
  }

  /** Whether a resource is of the same log, whatever it is for. */
  boolean isSame(XAResource other) {
    if (other instanceof LogXAResource working) {
      return id().equals(working.manager().id());
    }
    return other instanceof RecoveryXAResource recovery && id().equals(recovery.manager().id());
  }

  LiveBranches live() {
    return live;
  }

  /**
   * Begins a branch.
   *
   * @param timeout how long it may be active, if its manager has said so
   */
  Branch begin(BranchId id, Optional<Duration> timeout) throws XAException {
    try {
      if (log.find(id).isPresent()) {
        throw XaErrors.of(XAException.XAER_DUPID, "start: branch " + id + " exists already");
      }
      Branch branch = log.begin(id);
      timeout.ifPresent(time -> limit(branch, time));
      live.begin(id);
      return branch;
    } catch (XAException e) {
      throw e;
    } catch (Throwable e) {
      throw XaErrors.of(XaCall.START, id, e);
    }
  }

  private void limit(Branch branch, Duration timeout) {
    try {
      branch.expireAt(clock.instant().plus(timeout));
    } catch (RuntimeException | Error e) {
      branch.rollback(); // nobody is told of a branch that does not begin
      throw e;
    }
  }

  Branch join(BranchId id) throws XAException {
    try {
      Branch branch = known("start", id);
      switch (branch.state()) {
        case ACTIVE -> live.associate(id);
        case ROLLBACK_ONLY ->
            throw XaErrors.of(
                XAException.XA_RBROLLBACK, "start: branch " + id + " is marked rollback-only");
        case ROLLED_BACK -> throw timedOut("start", id);
        case PREPARED, COMMITTED, HEURISTIC_COMMIT, HEURISTIC_ROLLBACK ->
            throw XaErrors.of(
                XAException.XAER_PROTO,
                "start: branch " + id + " is " + branch.state() + " and takes no more work");
      }
      return branch;
    } catch (XAException e) {
      throw e;
    } catch (Throwable e) {
      throw XaErrors.of(XaCall.START, id, e);
    }
  }

  /** Ends an association of a branch whose work may be committed. */
  void endSuccess(BranchId id) throws XAException {
    live.dissociate(id);
    try {
      requireActive(id);
    } catch (XAException e) {
      throw e;
    } catch (Throwable e) {
      throw XaErrors.of(XaCall.END, id, e);
    }
  }

  /** Ends an association of a branch whose work must not be committed. */
  void endFailure(BranchId id) throws XAException {
    live.dissociate(id);
    try {
      Optional<Branch> branch = log.find(id);
      if (branch.isPresent()) {
        branch.get().markRollbackOnly("the transaction manager ended it as failed");
        refuseTimedOut("end", branch.get());
      }
    } catch (XAException e) {
      throw e;
    } catch (Throwable e) {
      throw XaErrors.of(XaCall.END, id, e);
    }
  }

  /** Suspends an association, unless the branch can only be rolled back: then it ends. */
  void suspend(BranchId id) throws XAException {
    try {
      requireActive(id);
    } catch (XAException e) {
      live.dissociate(id);
      throw e;
    } catch (Throwable e) {
      live.dissociate(id);
      throw XaErrors.of(XaCall.END, id, e);
    }
  }

  private void requireActive(BranchId id) throws XAException {
    Optional<Branch> branch = log.find(id);
    if (branch.isPresent()) {
      refuseTimedOut("end", branch.get());
    }
    if (branch.isEmpty() || branch.get().state() != Branch.State.ACTIVE) {
      throw XaErrors.of(
          XAException.XA_RBROLLBACK,
          "end: branch " + id + " can only be rolled back, or is rolled back already");
    }
  }

  /** A branch that is rolled back is found for one reason only: its time ran out. */
  private static void refuseTimedOut(String call, Branch branch) throws XAException {
    if (branch.state() == Branch.State.ROLLED_BACK) {
      throw timedOut(call, branch.id());
    }
  }

  private static XAException timedOut(String call, BranchId id) {
    return XaErrors.of(
        XAException.XA_RBTIMEOUT,
        call + ": branch " + id + " took longer than its timeout and is rolled back");
  }

  boolean knows(BranchId id) throws XAException {
    try {
      return log.find(id).isPresent();
    } catch (Throwable e) {
      throw XaErrors.of(XaCall.END, id, e);
    }
  }

  int prepare(BranchId id) throws XAException {
    try {
      Branch branch = known("prepare", id);
      requireEnded("prepare", id);
      switch (branch.state()) {
        case PREPARED, HEURISTIC_COMMIT, HEURISTIC_ROLLBACK ->
            throw XaErrors.of(
                XAException.XAER_PROTO,
                "prepare: branch " + id + " was prepared before, and is " + branch.state());
        case ACTIVE, ROLLBACK_ONLY, COMMITTED, ROLLED_BACK -> {} // the branch itself answers
      }
      refuseBadCompany(branch);
      live.complete(id);
      return prepare(branch);
    } catch (XAException e) {
      throw e;
    } catch (Throwable e) {
      throw rolledBackOrUnknown(XaCall.PREPARE, id, e);
    }
  }

  private void refuseBadCompany(Branch branch) throws XAException {
    if (branch.state() != Branch.State.ACTIVE || branch.isEmpty()) {
      return;
    }
    Optional<String> reason = company.refusal(branch.id());
    if (reason.isPresent()) {
      branch.rollback();
      live.end(branch.id());
      throw XaErrors.of(
          XAException.XA_RBROLLBACK,
          "prepare: branch " + branch.id() + " is rolled back: " + reason.get());
    }
  }

  private int prepare(Branch branch) {
    Forcing forcing = policy.prepare(log, branch.id());
    return switch (branch.prepare(Decider.TRANSACTION_MANAGER, NO_NOTE, forcing)) {
      case PREPARED -> XAResource.XA_OK;
      case READ_ONLY -> {
        live.end(branch.id());
        yield XAResource.XA_RDONLY;
      }
    };
  }

  void commit(BranchId id) throws XAException {
    try {
      switch (known("commit", id).state()) {
        case PREPARED, HEURISTIC_COMMIT, HEURISTIC_ROLLBACK -> {} // the log answers
        case ACTIVE, ROLLBACK_ONLY ->
            throw XaErrors.of(XAException.XAER_PROTO, "commit: branch " + id + " is not prepared");
        case COMMITTED, ROLLED_BACK ->
            throw XaErrors.of(XAException.XAER_NOTA, "commit: branch " + id + " is completed");
      }
      Forcing forcing = policy.commit(log, id);
      live.end(id);
      log.commit(id, forcing);
    } catch (XAException e) {
      throw e;
    } catch (Throwable e) {
      live.end(id);
      throw XaErrors.of(XaCall.COMMIT, id, e);
    }
  }

  /**
   * Commits a branch that was not prepared. Out of turn it does not answer {@code XAER_PROTO},
   * which managers read as a rollback: it makes the rollback true, or owns up that it is not known.
   */
  void commitOnePhase(BranchId id) throws XAException {
    try {
      Branch branch = known("one-phase commit", id);
      requireNotPrepared(branch);
      if (live.isAssociated(id)) {
        boolean late = branch.state() == Branch.State.ROLLED_BACK;
        branch.rollback();
        live.end(id);
        if (late) {
          throw timedOut("one-phase commit", id);
        }
        throw XaErrors.of(
            XAException.XA_RBROLLBACK,
            "one-phase commit: branch " + id + " was still associated; it is rolled back");
      }
      live.complete(id);
      branch.commitOnePhase();
      live.end(id);
    } catch (XAException e) {
      throw e;
    } catch (Throwable e) {
      throw rolledBackOrUnknown(XaCall.COMMIT_ONE_PHASE, id, e);
    }
  }

  private static void requireNotPrepared(Branch branch) throws XAException {
    switch (branch.state()) {
      case PREPARED ->
          throw XaErrors.of(
              XAException.XAER_RMFAIL,
              "one-phase commit: branch "
                  + branch.id()
                  + " is prepared; it waits for commit or rollback");
      case HEURISTIC_COMMIT -> throw decidedByHand(branch, Outcome.COMMITTED);
      case HEURISTIC_ROLLBACK -> throw decidedByHand(branch, Outcome.ROLLED_BACK);
      case ACTIVE, ROLLBACK_ONLY, COMMITTED, ROLLED_BACK -> {} // the branch itself answers
    }
  }

  private static XAException decidedByHand(Branch branch, Outcome outcome) {
    return XaErrors.of(
        XaCall.heuristic(outcome),
        "one-phase commit: branch " + branch.id() + " was decided by hand: " + outcome);
  }

  void rollback(BranchId id) throws XAException {
    XaCall call = live.isOnlyInMemory(id) ? XaCall.ROLLBACK : XaCall.ROLLBACK_PREPARED;
    try {
      known("rollback", id);
      requireEnded("rollback", id);
      live.end(id);
      log.rollback(id);
    } catch (XAException e) {
      throw e;
    } catch (Throwable e) {
      live.end(id);
      throw XaErrors.of(call, id, e);
    }
  }

  /**
   * The branch's transaction is over. A branch that was not asked for anything will never be: its
   * manager gave it up, as Narayana does when an end failed.
   */
  void depart(BranchId id) {
    boolean abandoned = live.isOnlyInMemory(id);
    live.end(id);
    policy.ended(id);
    if (abandoned) {
      log.rollback(id);
    }
  }

  /** Forgets that a branch was decided by hand. */
  void forget(BranchId id) throws XAException {
    try {
      log.forget(id);
    } catch (Throwable e) {
      throw XaErrors.of(XaCall.FORGET, id, e);
    }
  }

  /**
   * The branches that a manager's recovery may complete: those that are prepared, and those that
   * were decided by hand and are not forgotten. One that is decided meanwhile is among the latter,
   * which are asked for last.
   */
  Xid[] recoverable() throws XAException {
    try {
      Stream<BranchId> prepared =
          log.undecided(Decider.TRANSACTION_MANAGER).stream().map(TransactionalLog.Undecided::id);
      Stream<BranchId> byHand =
          log.heuristics().stream()
              .filter(branch -> branch.decider() == Decider.TRANSACTION_MANAGER)
              .map(TransactionalLog.Heuristic::id);
      return Stream.concat(prepared, byHand)
          .distinct()
          .filter(id -> !live.contains(id))
          .map(BranchXid::new)
          .toArray(Xid[]::new);
    } catch (Throwable e) {
      throw XaErrors.of(XaCall.RECOVER, this, e);
    }
  }

  private Branch known(String call, BranchId id) throws XAException {
    Optional<Branch> branch = log.find(id);
    if (branch.isEmpty()) {
      throw XaErrors.of(XAException.XAER_NOTA, call + ": branch " + id + " is unknown to " + this);
    }
    return branch.get();
  }

  private void requireEnded(String call, BranchId id) throws XAException {
    if (live.isAssociated(id)) {
      throw XaErrors.of(
          XAException.XAER_PROTO, call + ": an association of branch " + id + " has not ended");
    }
  }

  private XAException rolledBackOrUnknown(XaCall call, BranchId id, Throwable failure) {
    XAException answer = XaErrors.of(call, id, failure);
    if (answer.errorCode == XAException.XA_RBROLLBACK
        || answer.errorCode == XAException.XA_RBTIMEOUT) {
      live.end(id);
      try {
        log.find(id).ifPresent(Branch::rollback);
      } catch (Throwable e) {
        // It is in memory only, and nobody will ask for it again: rolled back is what it is.
        answer.addSuppressed(e);
      }
    }
    return answer;
  }

  @Override
  public String toString() {
    return "Lockstep log " + id();
  }
}
