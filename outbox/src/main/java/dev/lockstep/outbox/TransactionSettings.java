package dev.lockstep.outbox;

import java.util.Objects;
import java.util.Optional;

/** How a transaction is to be begun. Immutable. */
public final class TransactionSettings {
  private static final TransactionSettings DEFAULTS =
      new TransactionSettings(Optional.empty(), Access.AS_CONNECTED);

  private final Optional<Isolation> isolation;
  private final Access access;

  private TransactionSettings(Optional<Isolation> isolation, Access access) {
    this.isolation = isolation;
    this.access = access;
  }

  /** What other transactions one sees. */
  public enum Isolation {
    /** Each statement sees what is committed when it begins. */
    READ_COMMITTED,
    /** All statements see what was committed when the first of them began. */
    REPEATABLE_READ,
    /** As if one transaction ran after the other; some are rolled back for that, and retriable. */
    SERIALIZABLE
  }

  /** Whether it writes to the database. */
  enum Access {
    AS_CONNECTED,
    READ_ONLY
  }

  /**
   * As the connections of the data source are.
   *
   * @return the settings
   */
  public static TransactionSettings defaults() {
    return DEFAULTS;
  }

  /**
   * With an isolation level.
   *
   * @param isolation the level
   * @return the settings
   */
  public TransactionSettings isolation(Isolation isolation) {
    return new TransactionSettings(Optional.of(isolation), access);
  }

  /**
   * For reading alone. Such a transaction can't send messages or acknowledge any, since their
   * marker is a row.
   *
   * @return the settings
   */
  public TransactionSettings readOnly() {
    return new TransactionSettings(isolation, Access.READ_ONLY);
  }

  Optional<Isolation> isolation() {
    return isolation;
  }

  Access access() {
    return access;
  }

  /** Whether a transaction of other settings can do for one of these. */
  boolean isMetBy(TransactionSettings outer) {
    return equals(DEFAULTS) || equals(outer);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TransactionSettings that
        && isolation.equals(that.isolation)
        && access == that.access;
  }

  @Override
  public int hashCode() {
    return Objects.hash(isolation, access);
  }

  @Override
  public String toString() {
    return isolation.map(Enum::name).orElse("default isolation")
        + (access == Access.READ_ONLY ? ", read-only" : "");
  }
}
