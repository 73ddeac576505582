package dev.lockstep.datasource;

import dev.lockstep.jdbc.Companion;
import dev.lockstep.jdbc.Companion.Sealed;
import dev.lockstep.jdbc.JointCommit;
import dev.lockstep.jdbc.PostgresFailures;
import java.sql.SQLException;
import java.util.Optional;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * The resource of a {@link GuardedXAConnection}: says about a branch only what is known of it.
 *
 * <p>What a failure becomes, and what a transaction manager makes of it:
 *
 * <table>
 * <caption>Failures</caption>
 * <tr><th>step</th><th>what is known</th><th>answer</th><th>the manager</th></tr>
 * <tr><td>prepare</td><td>not prepared: an error that aborts the transaction, or one that an
 * application swallowed before</td><td>XA_RB*</td><td>rolls the others back</td></tr>
 * <tr><td>prepare</td><td>the answer was lost</td><td>XAER_RMFAIL, connection closed</td>
 * <td>calls rollback, which looks the branch up</td></tr>
 * <tr><td>one-phase commit</td><td>not committed</td><td>XA_RB*</td><td>reports a rollback</td></tr>
 * <tr><td>one-phase commit</td><td>the answer was lost</td><td>XAER_RMFAIL, connection closed</td>
 * <td>reports that the outcome is unknown</td></tr>
 * <tr><td>commit, rollback of a prepared branch</td><td>failed in any way</td><td>see {@link
 * #finishElsewhere}: success, XAER_NOTA, or XAER_RMFAIL</td><td>XAER_RMFAIL is tried again by its
 * recovery</td></tr>
 * <tr><td>rollback of a branch that is not prepared</td><td>the server ends it with the
 * connection</td><td>success, connection closed</td><td></td></tr>
 * </table>
 *
 * <p>A {@link Companion} completes with its branch: its statement goes to the server with COMMIT or
 * PREPARE TRANSACTION. It is told what the answer to a commit in one phase proves; the outcome of a
 * prepared branch is for its owner to find out.
 *
 * <p>Never XAER_RMERR, XAER_PROTO or XA_RETRY after prepare: managers take them for a rollback.
 * Thread-safe: a manager may roll back a branch that timed out from a thread of its own.
 */
final class GuardedXAResource implements XAResource, JointCommit {
  private enum Stage {
    ACTIVE,
    /** Prepare succeeded here, so that a branch that is gone was finished. */
    PREPARED,
    /** The answer to prepare was lost. */
    DOUBTFUL
  }

  private record Branch(BranchKey key, Stage stage) {}

  private final XAResource delegate;
  private final GuardedXAConnection owner;
  private Optional<Branch> current = Optional.empty();
  private Optional<Thread> worker = Optional.empty();

  /** What completes with the branch, until it begins to. */
  private Optional<Companion> companion = Optional.empty();

  GuardedXAResource(XAResource delegate, GuardedXAConnection owner) {
    this.delegate = delegate;
    this.owner = owner;
  }

  GuardedXAConnection owner() {
    return owner;
  }

  /** Whether no branch is left on the connection. */
  synchronized boolean isIdle() {
    return current.isEmpty();
  }

  @Override
  public synchronized boolean join(Companion joining) {
    boolean open = current.filter(branch -> branch.stage() == Stage.ACTIVE).isPresent();
    if (!open || companion.isPresent()) {
      return false;
    }
    companion = Optional.of(joining);
    return true;
  }

  private boolean is(Xid xid, Stage stage) {
    return current.equals(Optional.of(new Branch(BranchKey.of(xid), stage)));
  }

  @Override
  public synchronized void start(Xid xid, int flags) throws XAException {
    try {
      XAExceptions.guarded(() -> delegate.start(xid, flags));
    } catch (XAException e) {
      throw sparing("start", e);
    }
    worker = Optional.of(Thread.currentThread());
    if (flags == TMNOFLAGS) {
      companion = Optional.empty();
      current = Optional.of(new Branch(BranchKey.of(xid), Stage.ACTIVE));
    }
  }

  @Override
  public synchronized void end(Xid xid, int flags) throws XAException {
    try {
      XAExceptions.guarded(() -> delegate.end(xid, flags));
    } catch (XAException e) {
      throw sparing("end", e);
    }
  }

  /** Outside prepare, commit and rollback nothing depends on the answer: the code may stay. */
  private XAException sparing(String step, XAException failure) {
    return PostgresFailures.provesDeadConnection(failure) ? lost(step, failure) : failure;
  }

  private XAException lost(String step, XAException failure) {
    owner.discard(failure);
    return XAExceptions.of(
        XAException.XAER_RMFAIL, "the connection failed during " + step, failure);
  }

  /**
   * Never votes read-only: the driver does so after it has prepared the branch, which would then
   * stay prepared for ever.
   */
  @Override
  public synchronized int prepare(Xid xid) throws XAException {
    refuseUnlessOpen("prepare", xid);
    Optional<Sealed> sealed = seal("prepare", xid);
    try {
      XAExceptions.guarded(() -> delegate.prepare(xid));
    } catch (XAException e) {
      Optional<Integer> rolledBack = SqlFailures.provenRollback(e);
      if (rolledBack.isPresent()) {
        cleanUp(xid);
        throw rolledBack("prepare", xid, rolledBack.get(), e, sealed);
      }
      if (!is(xid, Stage.ACTIVE)) {
        throw e;
      }
      current = Optional.of(new Branch(BranchKey.of(xid), Stage.DOUBTFUL));
      throw lost("prepare of branch " + BranchKey.of(xid), e);
    }
    current = Optional.of(new Branch(BranchKey.of(xid), Stage.PREPARED));
    return XA_OK;
  }

  /**
   * PREPARE TRANSACTION and COMMIT of a transaction in which a statement failed succeed, and roll
   * back: if the application swallowed the error, nobody would ever know.
   */
  private void refuseUnlessOpen(String step, Xid xid) throws XAException {
    if (!is(xid, Stage.ACTIVE)) {
      return;
    }
    GuardedXAConnection.Work work = owner.work();
    if (work == GuardedXAConnection.Work.OPEN) {
      return;
    }
    cleanUp(xid);
    throw XAExceptions.of(
        XAException.XA_RBROLLBACK,
        "cannot "
            + step
            + " branch "
            + BranchKey.of(xid)
            + (work == GuardedXAConnection.Work.FAILED
                ? ": a statement in it failed, after which PostgreSQL can only roll it back; let"
                    + " the SQLException roll back the transaction, or use a savepoint"
                : ": a statement such as COMMIT or ROLLBACK has ended it; leave that to the"
                    + " transaction manager"));
  }

  private static XAException rolledBack(
      String step, Xid xid, int code, Exception failure, Optional<Sealed> sealed) {
    sealed.ifPresent(with -> with.rolledBack(failure));
    String remedy =
        sealed.flatMap(with -> with.remedy(failure)).map(text -> " (" + text + ")").orElse("");
    return XAExceptions.of(
        code,
        step + " of branch " + BranchKey.of(xid) + " failed, and it is rolled back" + remedy,
        failure);
  }

  /** Has the companion do its part, the last before the driver's. */
  private Optional<Sealed> seal(String step, Xid xid) throws XAException {
    Optional<Companion> joined = is(xid, Stage.ACTIVE) ? companion : Optional.empty();
    if (joined.isEmpty()) {
      return Optional.empty();
    }
    companion = Optional.empty();
    Optional<Sealed> sealed;
    try {
      sealed = joined.get().seal();
    } catch (RuntimeException | Error e) {
      cleanUp(xid);
      throw XAExceptions.of(
          XAException.XA_RBROLLBACK,
          "cannot " + step + " branch " + BranchKey.of(xid) + ", and it is rolled back",
          e);
    }
    if (sealed.isPresent()) {
      try {
        owner.executeLast(sealed.get());
      } catch (SQLException e) { // nothing was sent that ends it
        cleanUp(xid);
        throw rolledBack(step, xid, XAException.XA_RBROLLBACK, e, sealed);
      }
    }
    return sealed;
  }

  /** The server has ended the branch; the driver must know, or it starts no other. */
  private void cleanUp(Xid xid) {
    companion = Optional.empty();
    owner.disarm();
    try {
      XAExceptions.guarded(() -> delegate.rollback(xid));
    } catch (XAException e) {
      owner.discard(e);
    }
    current = Optional.empty();
  }

  @Override
  public synchronized void commit(Xid xid, boolean onePhase) throws XAException {
    if (onePhase) {
      commitOnePhase(xid);
    } else {
      finish("commit", xid, resource -> resource.commit(xid, false));
    }
  }

  private void commitOnePhase(Xid xid) throws XAException {
    refuseUnlessOpen("commit", xid);
    Optional<Sealed> sealed = seal("commit", xid);
    try {
      XAExceptions.guarded(() -> delegate.commit(xid, true));
      current = Optional.empty();
    } catch (XAException e) {
      Optional<Integer> rolledBack = SqlFailures.provenRollback(e);
      if (rolledBack.isPresent()) {
        cleanUp(xid);
        throw rolledBack("commit", xid, rolledBack.get(), e, sealed);
      }
      current = Optional.empty();
      XAException lost = lost("commit of branch " + BranchKey.of(xid), e);
      sealed.ifPresent(Sealed::unknown);
      throw lost;
    }
    sealed.ifPresent(Sealed::committed);
  }

  @Override
  public synchronized void rollback(Xid xid) throws XAException {
    if (is(xid, Stage.ACTIVE)) {
      if (!worker.equals(Optional.of(Thread.currentThread()))) {
        // A timeout: a long statement would hold its locks, and the manager's thread, to its end.
        owner.cancelStatement();
      }
      cleanUp(xid);
    } else {
      finish("rollback", xid, resource -> resource.rollback(xid));
    }
  }

  private void finish(String step, Xid xid, Decision decision) throws XAException {
    boolean ours = isOurs(xid);
    XAException failure = XAExceptions.of(XAException.XAER_RMFAIL, "the connection is closed");
    if (!owner.isDiscarded()) {
      try {
        XAExceptions.guarded(() -> decision.carryOut(delegate));
        forgetBranch(ours);
        return;
      } catch (XAException e) {
        if (SqlFailures.isHeuristic(e)) {
          throw e;
        }
        failure = e;
      }
      if (ours || PostgresFailures.provesDeadConnection(failure)) {
        owner.discard(failure);
      }
    }
    finishElsewhere(step, xid, decision, failure);
    forgetBranch(ours);
  }

  private boolean isOurs(Xid xid) {
    return current.map(Branch::key).equals(Optional.of(BranchKey.of(xid)));
  }

  private void forgetBranch(boolean ours) {
    if (ours) {
      current = Optional.empty();
    }
  }

  /**
   * Carries a decision out on a new connection. A branch that the server still lists as prepared is
   * finished there, or else left to recovery (XAER_RMFAIL). One that it does not list is finished:
   * if it was prepared here, then by the call whose answer was lost; if not, it is unknown here
   * (XAER_NOTA), which recovery takes for finished.
   */
  private void finishElsewhere(String step, Xid xid, Decision decision, XAException failure)
      throws XAException {
    boolean listed;
    try {
      listed = decision.carryOutElsewhere(owner, xid);
    } catch (SQLException | XAException e) {
      XAException leftToRecovery =
          XAExceptions.of(
              XAException.XAER_RMFAIL,
              step + " of branch " + BranchKey.of(xid) + " failed, and is left to recovery",
              failure);
      leftToRecovery.addSuppressed(e);
      throw leftToRecovery;
    }
    if (!listed && !isOurs(xid)) {
      throw XAExceptions.of(
          XAException.XAER_NOTA,
          "pg_prepared_xacts does not list branch " + BranchKey.of(xid),
          failure);
    }
  }

  @Override
  public synchronized Xid[] recover(int flag) throws XAException {
    try {
      return XAExceptions.guarded(() -> delegate.recover(flag));
    } catch (XAException e) {
      throw sparing("recover", e);
    }
  }

  @Override
  public synchronized void forget(Xid xid) throws XAException {
    try {
      XAExceptions.guarded(() -> delegate.forget(xid));
    } catch (XAException e) {
      throw sparing("forget", e);
    }
  }

  /**
   * As the driver says, for which a connection can only finish the work that was done on it; but
   * also the same as the {@link DatabaseIdentity} of its data source.
   */
  @Override
  public boolean isSameRM(XAResource other) throws XAException {
    if (other instanceof DatabaseIdentity identity) {
      return identity.isThatOf(owner);
    }
    return XAExceptions.guarded(
        () ->
            delegate.isSameRM(
                other instanceof GuardedXAResource guarded ? guarded.delegate : other));
  }

  @Override
  public int getTransactionTimeout() throws XAException {
    return XAExceptions.guarded(delegate::getTransactionTimeout);
  }

  @Override
  public boolean setTransactionTimeout(int seconds) throws XAException {
    return XAExceptions.guarded(() -> delegate.setTransactionTimeout(seconds));
  }

  @Override
  public String toString() {
    return "a connection to " + owner.database();
  }
}
