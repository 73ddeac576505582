package dev.lockstep.engine.inspect;

import java.util.List;

/**
 * The outcome of checking everything.
 *
 * @param findings what is wrong
 * @param notes what is worth knowing
 * @param checked how much was checked
 */
public record Verification(List<Finding> findings, List<Note> notes, Checked checked) {
  /** Whether nothing is wrong. */
  public boolean isSound() {
    return findings.isEmpty();
  }

  /**
   * How much was checked.
   *
   * @param segments segment files
   * @param frames frames whose checksums are right
   * @param bytes the bytes of these frames
   * @param messages messages that an index leads to
   * @param partitions partitions
   * @param groups groups, counted once for each of their topics
   * @param inDoubt branches in doubt
   * @param heuristics branches that were decided by hand and are not forgotten
   */
  public record Checked(
      int segments,
      long frames,
      long bytes,
      long messages,
      int partitions,
      int groups,
      int inDoubt,
      int heuristics) {}
}
