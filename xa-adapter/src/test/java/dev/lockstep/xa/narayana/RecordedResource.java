package dev.lockstep.xa.narayana;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * A resource that tells when it is written into a decision record. Its second phase fails; that of
 * the one that is read back from the record succeeds.
 */
final class RecordedResource implements XAResource, Serializable {
  private static final long serialVersionUID = 1L;

  /** What happens at each write; nothing in the resource that was read back. */
  private final transient Runnable atWrite;

  RecordedResource(Runnable atWrite) {
    this.atWrite = atWrite;
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    atWrite.run();
  }

  @Override
  public void commit(Xid xid, boolean onePhase) throws XAException {
    if (atWrite != null) {
      throw new XAException(XAException.XAER_RMFAIL);
    }
  }

  @Override
  public void start(Xid xid, int flags) {}

  @Override
  public void end(Xid xid, int flags) {}

  @Override
  public int prepare(Xid xid) {
    return XA_OK;
  }

  @Override
  public void rollback(Xid xid) {}

  @Override
  public void forget(Xid xid) {}

  @Override
  public Xid[] recover(int flags) {
    return new Xid[0];
  }

  @Override
  public boolean isSameRM(XAResource other) {
    return other == this;
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
