package dev.lockstep.spi;

/** What is proven of the outcome that a transaction was given by whoever decides it. */
public enum Decision {
  /** It is decided: committed. */
  COMMIT,
  /** It is decided: rolled back, or it was never decided and can't be any more. */
  ROLLBACK,
  /** Nothing is proven. */
  UNKNOWN
}
