package dev.lockstep.datasource;

import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * Stands for a data source in {@link XAResource#isSameRM}, which decorated resources pass on. It
 * takes part in nothing.
 */
final class DatabaseIdentity implements XAResource {
  private final GuardedXADataSource source;

  DatabaseIdentity(GuardedXADataSource source) {
    this.source = source;
  }

  boolean isThatOf(GuardedXAConnection connection) {
    return connection.database().equals(source);
  }

  private static XAException notAResource() {
    return XAExceptions.of(XAException.XAER_PROTO, "this resource only identifies a data source");
  }

  @Override
  public boolean isSameRM(XAResource other) {
    return other == this;
  }

  @Override
  public void start(Xid xid, int flags) throws XAException {
    throw notAResource();
  }

  @Override
  public void end(Xid xid, int flags) throws XAException {
    throw notAResource();
  }

  @Override
  public int prepare(Xid xid) throws XAException {
    throw notAResource();
  }

  @Override
  public void commit(Xid xid, boolean onePhase) throws XAException {
    throw notAResource();
  }

  @Override
  public void rollback(Xid xid) throws XAException {
    throw notAResource();
  }

  @Override
  public void forget(Xid xid) throws XAException {
    throw notAResource();
  }

  @Override
  public Xid[] recover(int flag) throws XAException {
    throw notAResource();
  }

  @Override
  public int getTransactionTimeout() {
    return 0;
  }

  @Override
  public boolean setTransactionTimeout(int seconds) {
    return false;
  }
}
