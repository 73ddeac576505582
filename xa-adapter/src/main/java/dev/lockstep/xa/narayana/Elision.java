package dev.lockstep.xa.narayana;

/**
 * Whether forces are left out that the decision record's own force makes up for, with {@link
 * TransactionStore#CO_LOCATED}.
 */
public enum Elision {
  /** Prepare, decision and commit are forced each: three forces on the log for a transaction. */
  OFF,
  /**
   * The decision alone is forced, and its force covers the prepare before it; the commit and the
   * removal of the record go with the next force. So it is for transactions that began in this
   * process and in which only resources take part that recovery knows; others are forced as ever.
   */
  ON
}
