package dev.lockstep.spi;

import java.util.Arrays;
import java.util.HexFormat;

/** The identity of a branch: the three parts of an X/Open XID, compared by value. Immutable. */
public final class BranchId {
  /** The longest global id, and the longest qualifier, in bytes. */
  public static final int MAX_PART_BYTES = 64;

  private final int formatId;
  private final byte[] globalId;
  private final byte[] qualifier;
  private final int hash;

  private BranchId(int formatId, byte[] globalId, byte[] qualifier) {
    this.formatId = formatId;
    this.globalId = globalId;
    this.qualifier = qualifier;
    this.hash = 31 * (31 * formatId + Arrays.hashCode(globalId)) + Arrays.hashCode(qualifier);
  }

  /**
   * An identity.
   *
   * @param formatId the naming scheme of the coordinator
   * @param globalId the global transaction, copied; at most {@link #MAX_PART_BYTES} bytes
   * @param qualifier the branch in it, copied; at most {@link #MAX_PART_BYTES} bytes
   * @return the identity
   * @throws IllegalArgumentException if a part is too long
   */
  public static BranchId of(int formatId, byte[] globalId, byte[] qualifier) {
    if (globalId.length > MAX_PART_BYTES || qualifier.length > MAX_PART_BYTES) {
      throw new IllegalArgumentException(
          "a global id or branch qualifier has at most "
              + MAX_PART_BYTES
              + " bytes; these have "
              + globalId.length
              + " and "
              + qualifier.length);
    }
    return new BranchId(formatId, globalId.clone(), qualifier.clone());
  }

  /**
   * The naming scheme of the coordinator.
   *
   * @return the format id
   */
  public int formatId() {
    return formatId;
  }

  /**
   * The global transaction.
   *
   * @return a copy of the global id
   */
  public byte[] globalId() {
    return globalId.clone();
  }

  /**
   * The branch within the global transaction.
   *
   * @return a copy of the qualifier
   */
  public byte[] qualifier() {
    return qualifier.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BranchId that
        && formatId == that.formatId
        && Arrays.equals(globalId, that.globalId)
        && Arrays.equals(qualifier, that.qualifier);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** The form that operators see: format id, global id and qualifier in hexadecimal. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return formatId + ":" + hex.formatHex(globalId) + ":" + hex.formatHex(qualifier);
  }
}
