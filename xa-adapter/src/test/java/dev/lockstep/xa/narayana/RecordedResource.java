package dev.lockstep.xa.narayana;

import dev.lockstep.testkit.IdleResource;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import javax.transaction.xa.XAException;
import javax.transaction.xa.Xid;

/**
 * A resource that tells when it is written into a decision record. Its second phase fails; that of
 * the one that is read back from the record succeeds.
 */
final class RecordedResource extends IdleResource implements Serializable {
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
}
