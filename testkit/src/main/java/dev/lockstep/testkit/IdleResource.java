package dev.lockstep.testkit;

import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * A resource that takes part in a transaction, and does nothing: it votes for the commit, and has
 * nothing to recover. Beside another resource it makes the transaction manager go through two
 * phases. A test that is interested in one of the steps overrides that one.
 */
public class IdleResource implements XAResource {
  /** A resource that is the same as no other. */
  public IdleResource() {}

  @Override
  public void start(Xid xid, int flags) throws XAException {}

  @Override
  public void end(Xid xid, int flags) throws XAException {}

  @Override
  public int prepare(Xid xid) throws XAException {
    return XA_OK;
  }

  @Override
  public void commit(Xid xid, boolean onePhase) throws XAException {}

  @Override
  public void rollback(Xid xid) throws XAException {}

  @Override
  public void forget(Xid xid) throws XAException {}

  @Override
  public Xid[] recover(int flag) throws XAException {
    return new Xid[0];
  }

  @Override
  public boolean isSameRM(XAResource other) throws XAException {
    return other == this;
  }

  @Override
  public int getTransactionTimeout() throws XAException {
    return 0;
  }

  @Override
  public boolean setTransactionTimeout(int seconds) throws XAException {
    return false;
  }
}
