package dev.lockstep.xa;

import dev.lockstep.spi.BranchId;
import javax.transaction.xa.XAException;
import javax.transaction.xa.Xid;

/** A branch's identity in the form that transaction managers read. Immutable. */
record BranchXid(BranchId id) implements Xid {

  /**
   * The inverse: the identity that a manager's Xid stands for.
   *
   * @throws XAException {@code XAER_INVAL} if it is no valid Xid
   */
  @SuppressWarnings("ConstantValue") // managers are not null-checked
  static BranchId idOf(Xid xid) throws XAException {
    if (xid == null) {
      throw XaErrors.of(XAException.XAER_INVAL, "the Xid is null");
    }
    byte[] globalId = xid.getGlobalTransactionId();
    byte[] qualifier = xid.getBranchQualifier();
    if (globalId == null || qualifier == null) {
      throw XaErrors.of(XAException.XAER_INVAL, "the Xid " + xid + " lacks one of its parts");
    }
    try {
      return BranchId.of(xid.getFormatId(), globalId, qualifier);
    } catch (IllegalArgumentException e) {
      throw XaErrors.of(XAException.XAER_INVAL, "the Xid " + xid + " is not valid", e);
    }
  }

  @Override
  public int getFormatId() {
    return id.formatId();
  }

  @Override
  public byte[] getGlobalTransactionId() {
    return id.globalId();
  }

  @Override
  public byte[] getBranchQualifier() {
    return id.qualifier();
  }

  @Override
  public String toString() {
    return id.toString();
  }
}
