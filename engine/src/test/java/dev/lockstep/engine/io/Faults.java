package dev.lockstep.engine.io;

/** Counts the operations of a simulated storage, and says which of them goes wrong. */
final class Faults {
  /** What counts apart. */
  enum Kind {
    WRITE,
    FORCE,
    OTHER
  }

  /** What becomes of an operation. */
  enum Fate {
    DONE,
    FAILED,
    CUT
  }

  private static final int NEVER = Integer.MAX_VALUE;

  private final long seed;
  private int operations;
  private int writes;
  private int forces;
  private int cutAt = NEVER;
  private int failedWrite = NEVER;
  private int failedForce = NEVER;
  private String cutBy = "";

  Faults(long seed) {
    this.seed = seed;
  }

  int operations() {
    return operations;
  }

  void cutAfter(int n) {
    cutAt = operations + positive(n);
  }

  void failWrite(int n) {
    failedWrite = writes + positive(n);
  }

  void failForce(int n) {
    failedForce = forces + positive(n);
  }

  void cutNow() {
    if (cutBy.isEmpty()) {
      cutBy = "after operation " + operations;
    }
  }

  /** Says what becomes of an operation that begins now. */
  Fate begin(Kind kind, String what) throws PowerCut {
    checkPower();
    operations++;
    writes += kind == Kind.WRITE ? 1 : 0;
    forces += kind == Kind.FORCE ? 1 : 0;
    if (operations == cutAt) {
      cutBy = "at operation " + operations + ", " + what;
      return Fate.CUT;
    }
    boolean fails =
        (kind == Kind.WRITE && writes == failedWrite)
            || (kind == Kind.FORCE && forces == failedForce);
    return fails ? Fate.FAILED : Fate.DONE;
  }

  void checkPower() throws PowerCut {
    if (!cutBy.isEmpty()) {
      throw new PowerCut("the power was cut " + cutBy + " (seed " + seed + ")");
    }
  }

  @Override
  public String toString() {
    return "seed "
        + seed
        + ", "
        + (cutBy.isEmpty() ? operations + " operations" : "power cut " + cutBy);
  }

  private static int positive(int n) {
    if (n < 1) {
      throw new IllegalArgumentException(n + " is not the number of a coming operation");
    }
    return n;
  }
}
