package dev.lockstep.datasource;

import java.util.HexFormat;
import javax.transaction.xa.Xid;

/** An xid by its value: the classes of different managers and drivers do not equal each other. */
record BranchKey(int formatId, String globalId, String qualifier) {

  static BranchKey of(Xid xid) {
    HexFormat hex = HexFormat.of();
    return new BranchKey(
        xid.getFormatId(),
        hex.formatHex(xid.getGlobalTransactionId()),
        hex.formatHex(xid.getBranchQualifier()));
  }

  @Override
  public String toString() {
    return formatId + ":" + globalId + ":" + qualifier;
  }
}
