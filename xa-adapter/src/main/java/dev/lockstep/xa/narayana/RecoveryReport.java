package dev.lockstep.xa.narayana;

import java.util.List;

/**
 * What a recovery has left.
 *
 * @param passes how often all resources were visited
 * @param left what is still in doubt or out of reach, a sentence each for an operator; empty if
 *     recovery is complete
 */
public record RecoveryReport(int passes, List<String> left) {
  /**
   * A report.
   *
   * @param passes how often all resources were visited
   * @param left what is still in doubt or out of reach
   */
  public RecoveryReport {
    left = List.copyOf(left);
  }

  /**
   * Whether nothing of this node is in doubt any more.
   *
   * @return true if nothing is left
   */
  public boolean isComplete() {
    return left.isEmpty();
  }
}
