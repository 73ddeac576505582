package dev.lockstep.engine.log;

/** Which room in the log a unit may use, when the disk has no more. */
public enum Urgency {
  /** New work: refused before it touches what is reserved for the others. */
  NEW_WORK,
  /**
   * What consumes messages and sends none: what every group has consumed may be removed. It leaves
   * enough for {@link #RECLAIM}, which removes it.
   */
  CONSUMPTION,
  /**
   * What gives room back, by removing messages and by moving them: may use all but the reserve for
   * decisions.
   */
  RECLAIM,
  /**
   * What somebody does by hand with prepared branches, who says why, in more room than was reserved
   * for a decision: may use all but what other decisions and the next open need.
   */
  BY_HAND,
  /** The decision of a prepared branch: may use everything. */
  DECISION
}
