package dev.lockstep.engine;

/**
 * How many of the power cuts that there could be a test run goes through: in an ordinary one every
 * operation of every protocol, and a sample of what multiplies these; with {@code
 * -Dlockstep.cuts=all}, in hours, all.
 */
final class Thoroughness {
  private Thoroughness() {}

  static boolean isComplete() {
    return "all".equals(System.getProperty("lockstep.cuts", "some"));
  }
}
