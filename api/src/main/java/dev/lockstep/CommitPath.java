package dev.lockstep;

/** How a transaction is made atomic. It follows from configuration, never from guessing. */
public enum CommitPath {
  /** Only the log takes part: one force. */
  LOG_ONLY,
  /** A message that is durable in the log, and whose fate a database transaction decides. */
  HALF_MESSAGE,
  /** Two-phase commit, driven by a transaction manager. */
  XA
}
