package dev.lockstep.engine.model;

/** How a transaction ends. */
enum Fate {
  COMMIT,
  ROLLBACK,
  ROLLBACK_ONLY,
  PREPARE,
  PREPARE_AND_COMMIT,
  PREPARE_AND_ROLLBACK,
  /** It stays open until the log is closed, or the power is cut. */
  ABANDON
}
