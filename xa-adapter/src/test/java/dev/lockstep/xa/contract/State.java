package dev.lockstep.xa.contract;

/** The states of a branch, and of its association with the resource that worked in it. */
public enum State {
  /** Nobody has ever heard of it (S0). */
  UNKNOWN("none"),
  /** Begun, and worked in (S1, T1). */
  ACTIVE("active"),
  /** Worked in, and the association is suspended (T2). */
  SUSPENDED("suspended"),
  /** Worked in, and ended with success (S2). */
  IDLE("idle"),
  /** Worked in, and ended as failed (S4). */
  ROLLBACK_ONLY("rollback-only"),
  /** S3. */
  PREPARED("prepared"),
  /** Prepared, and then committed by the resource manager (S5). */
  HEURISTIC_COMMIT("heuristic"),
  /** Prepared, and then rolled back by the resource manager (S5). */
  HEURISTIC_ROLLBACK("heuristic"),
  /** Worked in, and its time ran out before the end. */
  LATE("late"),
  /** Worked in and ended, and its time ran out then. */
  LATE_IDLE("late, idle"),
  /** Completed by commit (S0). */
  COMMITTED("done"),
  /** Completed by rollback (S0). */
  ROLLED_BACK("done");

  private final String column;

  State(String column) {
    this.column = column;
  }

  /** Its column in the table. */
  String column() {
    return column;
  }

  /** Whether some resource is, or may be, associated with the branch. */
  boolean isAssociated() {
    return this == ACTIVE || this == SUSPENDED || this == LATE;
  }
}
