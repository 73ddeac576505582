package dev.lockstep.xa;

import dev.lockstep.spi.BranchId;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * The handle that a manager's recovery works with. It decides branches that a crash or a failed
 * second phase left prepared, and touches none whose transaction is alive in this JVM: recovery
 * could not tell such a branch from an orphan. Thread-safe.
 */
final class RecoveryXAResource implements XAResource {
  private final ResourceManager manager;
  private final RecoveryScan scan;

  RecoveryXAResource(ResourceManager manager) {
    this.manager = manager;
    this.scan = new RecoveryScan(manager);
  }

  ResourceManager manager() {
    return manager;
  }

  @Override
  public Xid[] recover(int flags) throws XAException {
    Xid[] found = scan.recover(flags);
    manager.recovered();
    return found;
  }

  @Override
  public void commit(Xid xid, boolean onePhase) throws XAException {
    BranchId id = requireNotLive("commit", xid);
    if (onePhase) {
      manager.commitOnePhase(id);
    } else {
      manager.commit(id);
    }
  }

  @Override
  public void rollback(Xid xid) throws XAException {
    manager.rollback(requireNotLive("rollback", xid));
  }

  private BranchId requireNotLive(String call, Xid xid) throws XAException {
    BranchId id = BranchXid.idOf(xid);
    if (manager.live().contains(id)) {
      throw XaErrors.of(
          XAException.XAER_RMFAIL,
          call + ": the transaction of branch " + id + " is alive in this JVM, not recovery's");
    }
    return id;
  }

  @Override
  public void forget(Xid xid) throws XAException {
    manager.forget(requireNotLive("forget", xid));
  }

  @Override
  public boolean isSameRM(XAResource other) {
    return manager.isSame(other);
  }

  @Override
  public void start(Xid xid, int flags) throws XAException {
    throw noWork("start");
  }

  @Override
  public void end(Xid xid, int flags) throws XAException {
    throw noWork("end");
  }

  @Override
  public int prepare(Xid xid) throws XAException {
    throw noWork("prepare");
  }

  private XAException noWork(String call) {
    return XaErrors.of(
        XAException.XAER_PROTO, call + ": this resource of " + manager + " only recovers");
  }

  @Override
  public int getTransactionTimeout() {
    return 0;
  }

  @Override
  public boolean setTransactionTimeout(int seconds) throws XAException {
    LogXAResource.requireTimeout(seconds);
    return false; // nothing begins here
  }

  @Override
  public String toString() {
    return "recovery of " + manager;
  }
}
