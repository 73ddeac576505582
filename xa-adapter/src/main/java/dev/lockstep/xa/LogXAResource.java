package dev.lockstep.xa;

import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jspecify.annotations.Nullable;

/**
 * Takes part in transactions for one log. One instance is associated with at most one branch at a
 * time; any instance of the log completes any of its branches. Thread-safe: a manager's reaper may
 * roll back while the application works.
 *
 * <p>Each failure of the log becomes the code that makes the transaction manager do what is true.
 * What Narayana makes of a code (other managers differ in details only):
 *
 * <table>
 * <caption>Codes, and what Narayana makes of them</caption>
 * <tr><th>call</th><th>what happened</th><th>code</th><th>Narayana's reaction</th></tr>
 * <tr><td>start</td><td>the branch exists</td><td>{@code XAER_DUPID}</td>
 *     <td>tries up to 20 other branch ids</td></tr>
 * <tr><td>start</td><td>the log refuses or has failed</td><td>{@code XAER_RMFAIL}</td>
 *     <td>marks the transaction rollback-only, {@code enlistResource} returns false
 *     ({@code XAER_RMERR} would be tried 20 times)</td></tr>
 * <tr><td>end</td><td>the branch can only be rolled back</td><td>{@code XA_RBROLLBACK}</td>
 *     <td>calls rollback, RollbackException</td></tr>
 * <tr><td>start to join, end, prepare, commit in one phase</td><td>its time ran out</td>
 *     <td>{@code XA_RBTIMEOUT}</td><td>the same as {@code XA_RBROLLBACK}</td></tr>
 * <tr><td>prepare</td><td>certainly nothing durable: rolled back instead, disk full, log failed or
 *     closed before</td><td>{@code XA_RBROLLBACK}</td>
 *     <td>rolls the others back, does not call us again, RollbackException</td></tr>
 * <tr><td>prepare</td><td>anything else, errors of the JVM included</td>
 *     <td>{@code XAER_RMFAIL}</td><td>rolls all back, calls our rollback,
 *     RollbackException</td></tr>
 * <tr><td>commit, one phase</td><td>certainly not committed</td><td>{@code XA_RBROLLBACK}</td>
 *     <td>RollbackException</td></tr>
 * <tr><td>commit, one phase</td><td>not known</td><td>{@code XAER_RMFAIL}</td>
 *     <td>HeuristicMixedException: the application is told that nobody knows. {@code XA_RETRY},
 *     {@code XAER_RMERR} and {@code XAER_PROTO} would all count as rolled back</td></tr>
 * <tr><td>commit</td><td>not known: a force failed, the log has failed or is closed</td>
 *     <td>{@code XAER_RMFAIL}</td><td>keeps its record, recovery commits later. {@code XAER_RMERR},
 *     {@code XAER_PROTO} and {@code XA_RB*} would be recorded as a heuristic rollback</td></tr>
 * <tr><td>commit</td><td>no such branch</td><td>{@code XAER_NOTA}</td>
 *     <td>in recovery: it was committed before; else a heuristic hazard</td></tr>
 * <tr><td>commit, in either way</td><td>committed by hand before</td><td>{@code XA_HEURCOM}</td>
 *     <td>it is committed, as it is; does not call forget, but its recovery finds the branch, takes
 *     it for an orphan, is told {@code XA_HEURCOM} again, and forgets it</td></tr>
 * <tr><td>commit</td><td>rolled back by hand before</td><td>{@code XA_HEURRB}</td>
 *     <td>if nobody has committed yet: rolls all back, calls forget, RollbackException. Else
 *     HeuristicMixedException; keeps a record, and does not call forget</td></tr>
 * <tr><td>commit, one phase</td><td>rolled back by hand before</td><td>{@code XA_HEURRB}</td>
 *     <td>RollbackException</td></tr>
 * <tr><td>rollback</td><td>committed by hand before</td><td>{@code XA_HEURCOM}</td>
 *     <td>HeuristicMixedException; keeps a record, and does not call forget. Recovery, of an
 *     orphan: calls forget</td></tr>
 * <tr><td>rollback</td><td>rolled back by hand before</td><td>{@code XA_HEURRB}</td>
 *     <td>rolled back, as it is; its recovery forgets it as an orphan</td></tr>
 * <tr><td>rollback</td><td>not prepared, and the log has failed or is closed</td>
 *     <td>{@code XA_RBROLLBACK}</td><td>rolled back, as it is</td></tr>
 * <tr><td>rollback</td><td>prepared, and not known</td><td>{@code XAER_RMFAIL}</td>
 *     <td>leaves it to recovery, which rolls it back as an orphan</td></tr>
 * <tr><td>recover</td><td>the log has failed</td><td>{@code XAER_RMFAIL}</td>
 *     <td>concludes nothing, tries again in the next pass</td></tr>
 * <tr><td>forget</td><td>not decided by hand, or forgotten</td><td>{@code XAER_NOTA}</td>
 *     <td>none</td></tr>
 * <tr><td>forget</td><td>the log has failed, or the disk is full</td><td>{@code XAER_RMFAIL}</td>
 *     <td>keeps a record</td></tr>
 * </table>
 *
 * <p>Heuristic outcomes come from people only, see {@link dev.lockstep.Transactions}. They are told
 * to whoever asks for an outcome, the same one or the other, until they are forgotten, and {@code
 * recover} lists them among the prepared branches.
 *
 * <p>A branch that begins after {@link #setTransactionTimeout} has a deadline of its own, on top of
 * that of the manager: when it passes, the branch is rolled back unless it is prepared. Narayana
 * sets its own timeout here before each start, so that locks and space are free in time even if its
 * reaper is stuck in another resource.
 *
 * <p>{@code XAER_INVAL} and {@code XAER_PROTO} answer calls that are wrong in themselves, and
 * change nothing. The one exception is a one-phase commit out of turn, because Narayana reads
 * {@code XAER_PROTO} there as a rollback: while the branch is still associated it is rolled back
 * and the answer is {@code XA_RBROLLBACK}; if it is prepared the answer is {@code XAER_RMFAIL}.
 */
final class LogXAResource implements BranchResource {
  private final ResourceManager manager;
  private final RecoveryScan scan;
  private final Set<BranchId> suspended = new HashSet<>();
  private @Nullable BranchId associated;
  private @Nullable Branch branch;
  private @Nullable XAException startFailure;
  private int timeoutSeconds;

  LogXAResource(ResourceManager manager) {
    this.manager = manager;
    this.scan = new RecoveryScan(manager);
  }

  @Override
  public synchronized Optional<Branch> branch() {
    return Optional.ofNullable(branch);
  }

  /** Why the last start failed; managers tend to keep it to themselves. */
  synchronized Optional<XAException> startFailure() {
    return Optional.ofNullable(startFailure);
  }

  @Override
  public synchronized void start(Xid xid, int flags) throws XAException {
    try {
      BranchId id = BranchXid.idOf(xid);
      branch =
          switch (flags) {
            case TMNOFLAGS -> manager.begin(requireFree(id), timeout());
            case TMJOIN -> join(requireFree(id));
            case TMRESUME -> resume(requireFree(id));
            default ->
                throw XaErrors.of(
                    XAException.XAER_INVAL, "start: invalid flags " + Flags.text(flags));
          };
      associated = id;
    } catch (XAException e) {
      startFailure = e;
      throw e;
    }
  }

  private Optional<Duration> timeout() {
    return timeoutSeconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(timeoutSeconds));
  }

  private BranchId requireFree(BranchId id) throws XAException {
    if (associated != null) {
      throw XaErrors.of(
          XAException.XAER_PROTO,
          "start: this resource is associated with branch " + associated + "; end that first");
    }
    return id;
  }

  private Branch join(BranchId id) throws XAException {
    if (suspended.contains(id)) {
      throw XaErrors.of(
          XAException.XAER_PROTO,
          "start: the association with branch " + id + " is suspended; resume it with TMRESUME");
    }
    return manager.join(id);
  }

  private Branch resume(BranchId id) throws XAException {
    if (!suspended.contains(id)) {
      throw unassociated("start", id);
    }
    Branch resumed = manager.join(id);
    manager.live().dissociate(id); // the suspended association was counted all along
    suspended.remove(id);
    return resumed;
  }

  @Override
  public synchronized void end(Xid xid, int flags) throws XAException {
    BranchId id = BranchXid.idOf(xid);
    if (flags != TMSUCCESS && flags != TMFAIL && flags != TMSUSPEND) {
      throw XaErrors.of(XAException.XAER_INVAL, "end: invalid flags " + Flags.text(flags));
    }
    boolean active = Objects.equals(id, associated);
    if (!active && (flags == TMSUSPEND || !suspended.contains(id))) {
      throw unassociated("end", id);
    }
    if (active) {
      associated = null;
    }
    switch (flags) {
      case TMSUSPEND -> {
        manager.suspend(id);
        suspended.add(id);
      }
      case TMFAIL -> {
        suspended.remove(id);
        manager.endFailure(id);
      }
      default -> {
        suspended.remove(id);
        manager.endSuccess(id);
      }
    }
  }

  private XAException unassociated(String call, BranchId id) throws XAException {
    return manager.knows(id)
        ? XaErrors.of(
            XAException.XAER_PROTO,
            call + ": this resource has no such association with branch " + id)
        : XaErrors.of(XAException.XAER_NOTA, call + ": branch " + id + " is unknown to " + manager);
  }

  @Override
  public int prepare(Xid xid) throws XAException {
    return manager.prepare(BranchXid.idOf(xid));
  }

  @Override
  public void commit(Xid xid, boolean onePhase) throws XAException {
    BranchId id = BranchXid.idOf(xid);
    if (onePhase) {
      manager.commitOnePhase(id);
    } else {
      manager.commit(id);
    }
  }

  @Override
  public void rollback(Xid xid) throws XAException {
    manager.rollback(BranchXid.idOf(xid));
  }

  @Override
  public void forget(Xid xid) throws XAException {
    manager.forget(BranchXid.idOf(xid));
  }

  ResourceManager manager() {
    return manager;
  }

  @Override
  public Xid[] recover(int flags) throws XAException {
    return scan.recover(flags);
  }

  @Override
  public boolean isSameRM(XAResource other) {
    return manager.isSame(other);
  }

  /** What was set; zero if nothing was, and branches have all the time that their manager gives. */
  @Override
  public synchronized int getTransactionTimeout() {
    return timeoutSeconds;
  }

  static void requireTimeout(int seconds) throws XAException {
    if (seconds < 0) {
      throw XaErrors.of(
          XAException.XAER_INVAL, "setTransactionTimeout: " + seconds + " s is negative");
    }
  }

  /** Holds for branches that begin here from now on. */
  @Override
  public synchronized boolean setTransactionTimeout(int seconds) throws XAException {
    requireTimeout(seconds);
    timeoutSeconds = seconds;
    return true;
  }

  @Override
  public String toString() {
    return manager.toString();
  }
}
