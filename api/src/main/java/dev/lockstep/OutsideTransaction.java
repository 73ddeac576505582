package dev.lockstep;

/** What a send or poll does on a thread that has no transaction. */
public enum OutsideTransaction {
  /** Throws {@link NoTransactionException}. The default where a transaction binding is present. */
  REJECT,
  /** Commits on its own, at once. The default where there is no transaction binding. */
  OWN_TRANSACTION
}
