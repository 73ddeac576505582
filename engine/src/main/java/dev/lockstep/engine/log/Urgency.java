package dev.lockstep.engine.log;

/** Which room in the log a unit may use, when the disk has no more. */
public enum Urgency {
  /** New work: refused before it touches what is reserved for the others. */
  NEW_WORK,
  /** What gives room back by moving messages: may use all but the reserve for decisions. */
  RECLAIM,
  /** The decision of a prepared branch: may use everything. */
  DECISION
}
