package dev.lockstep.spi;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Small records of a transaction manager that are kept in the log, in log order with the branches
 * that they concern: what makes a record durable makes durable whatever was appended before it. The
 * log attaches no meaning to them. The newest write or removal of a key wins. Thread-safe.
 *
 * <p>Records are kept in memory and in each checkpoint, so there are limits: {@link
 * #MAX_VALUE_BYTES} for one record, {@link #MAX_TOTAL_BYTES} for all.
 *
 * <p>Every method throws {@link dev.lockstep.LogFailedException} if the log has failed and {@link
 * dev.lockstep.ClosedException} if it is closed.
 */
public interface TransactionRecords {
  /** What the type and the identifier of a record may have together, in bytes. */
  int MAX_KEY_BYTES = 1024;

  /** What the value of a record may have, in bytes. */
  int MAX_VALUE_BYTES = 1 << 20;

  /** What all records of a log may have, their keys included, in bytes. */
  long MAX_TOTAL_BYTES = 1L << 26;

  /**
   * Writes a record, or writes it anew. When it returns, the record is durable, and so is all that
   * was appended before it.
   *
   * @param type what kind of record it is
   * @param id which one of its kind
   * @param value what it says
   * @throws dev.lockstep.DiskFullException if there is no room; nothing was written
   * @throws dev.lockstep.TooLargeException if a limit would be exceeded; nothing was written
   * @throws dev.lockstep.OutcomeUnknownException if the force failed: whether it was written shows
   *     when the log is opened again
   */
  void write(String type, byte[] id, byte[] value);

  /**
   * Removes a record, if there is one. It is gone for everybody at once; a crash may bring it back
   * as long as the removal is not durable, which it becomes as {@link Forcing#DEFERRED} says.
   *
   * @param type what kind of record it is
   * @param id which one of its kind
   */
  void remove(String type, byte[] id);

  /**
   * Reads a record.
   *
   * @param type what kind of record it is
   * @param id which one of its kind
   * @return what it says, if it is there and durable
   */
  Optional<byte[]> read(String type, byte[] id);

  /**
   * The identifiers of all records of a kind.
   *
   * @param type the kind
   * @return the identifiers, in no order
   */
  List<byte[]> keys(String type);

  /**
   * The kinds of which there are records.
   *
   * @return the kinds
   */
  Set<String> types();
}
