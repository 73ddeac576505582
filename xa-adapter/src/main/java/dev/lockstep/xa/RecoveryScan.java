package dev.lockstep.xa;

import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * The scan of {@link XAResource#recover}: its first call returns everything, so that later calls of
 * the same scan have nothing to add. Thread-safe.
 */
final class RecoveryScan {
  private static final int VALID = XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN;

  private final ResourceManager manager;
  private boolean open;

  RecoveryScan(ResourceManager manager) {
    this.manager = manager;
  }

  synchronized Xid[] recover(int flags) throws XAException {
    if ((flags & ~VALID) != 0) {
      throw XaErrors.of(XAException.XAER_INVAL, "recover: invalid flags " + Flags.text(flags));
    }
    boolean starts = (flags & XAResource.TMSTARTRSCAN) != 0;
    if (!starts && !open) {
      throw XaErrors.of(
          XAException.XAER_INVAL, "recover: no scan is open; begin one with TMSTARTRSCAN");
    }
    Xid[] found = starts ? manager.recoverable() : new Xid[0];
    open = (flags & XAResource.TMENDRSCAN) == 0;
    return found;
  }
}
