package dev.lockstep;

/** How a transaction is made atomic. It follows from configuration, never from guessing. */
public enum CommitPath {
  /** Only the log takes part: one force. */
  LOG_ONLY,
  /** Two-phase commit, driven by a transaction manager. */
  XA
}
