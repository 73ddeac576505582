package dev.lockstep.datasource;

import java.nio.charset.StandardCharsets;
import javax.transaction.xa.Xid;

/** An xid made of two texts. */
record TestXid(String global, String branch) implements Xid {
  @Override
  public int getFormatId() {
    return 4711;
  }

  @Override
  public byte[] getGlobalTransactionId() {
    return global.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public byte[] getBranchQualifier() {
    return branch.getBytes(StandardCharsets.US_ASCII);
  }
}
