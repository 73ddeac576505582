package dev.lockstep.spi;

/** Who decides the outcome of a prepared branch. */
public enum Decider {
  /** A transaction manager, in the second phase or in its recovery. */
  TRANSACTION_MANAGER,
  /** A database, by the presence of a marker row. */
  DATABASE
}
