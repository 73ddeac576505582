package dev.lockstep.engine.log;

/** Which room in the log a unit may use. */
public enum Urgency {
  /** New work: refused before it touches what is reserved for decisions. */
  NEW_WORK,
  /** The decision of a prepared branch: may use the reserve. */
  DECISION
}
