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
  /** The decision of a prepared branch: may use everything. */
  DECISION
}
