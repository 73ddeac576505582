package dev.lockstep.system;

import dev.lockstep.testkit.IdleResource;
import javax.transaction.xa.XAException;
import javax.transaction.xa.Xid;

/** A resource that votes for the rollback. */
final class Refusing extends IdleResource {
  @Override
  public int prepare(Xid xid) throws XAException {
    throw new XAException(XAException.XA_RBROLLBACK);
  }

  @Override
  public void commit(Xid xid, boolean onePhase) throws XAException {
    throw new XAException(XAException.XAER_PROTO);
  }
}
