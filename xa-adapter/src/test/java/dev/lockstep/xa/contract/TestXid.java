package dev.lockstep.xa.contract;

import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.transaction.xa.Xid;
import org.jspecify.annotations.Nullable;

/** An identity of another implementation than that of the resource. */
final class TestXid implements Xid {
  private static final int FORMAT = 4711;

  private final byte @Nullable [] globalId;
  private final byte @Nullable [] qualifier;

  TestXid(byte @Nullable [] globalId, byte @Nullable [] qualifier) {
    this.globalId = globalId;
    this.qualifier = qualifier;
  }

  static TestXid of(long transaction, int branch) {
    return new TestXid(
        ByteBuffer.allocate(Long.BYTES).putLong(transaction).array(), new byte[] {(byte) branch});
  }

  /** Another object that stands for the same branch. */
  TestXid copy() {
    return new TestXid(
        globalId == null ? null : globalId.clone(), qualifier == null ? null : qualifier.clone());
  }

  boolean isSame(Xid other) {
    return FORMAT == other.getFormatId()
        && Arrays.equals(globalId, other.getGlobalTransactionId())
        && Arrays.equals(qualifier, other.getBranchQualifier());
  }

  /** One that stands for the same branch, and is equal to nothing but itself. */
  Xid alias() {
    return new Xid() {
      @Override
      public int getFormatId() {
        return FORMAT;
      }

      @Override
      public byte @Nullable [] getGlobalTransactionId() {
        return TestXid.this.getGlobalTransactionId();
      }

      @Override
      public byte @Nullable [] getBranchQualifier() {
        return TestXid.this.getBranchQualifier();
      }
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TestXid that && isSame(that);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(globalId) + Arrays.hashCode(qualifier);
  }

  @Override
  public int getFormatId() {
    return FORMAT;
  }

  @Override
  public byte @Nullable [] getGlobalTransactionId() {
    return globalId == null ? null : globalId.clone();
  }

  @Override
  public byte @Nullable [] getBranchQualifier() {
    return qualifier == null ? null : qualifier.clone();
  }
}
