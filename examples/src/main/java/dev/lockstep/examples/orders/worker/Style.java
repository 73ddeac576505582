package dev.lockstep.examples.orders.worker;

/** How the order service is written. */
public enum Style {
  /** One JTA transaction over the database and the log. */
  LOCKSTEP,
  /** Commit, then send. */
  CONTROL
}
