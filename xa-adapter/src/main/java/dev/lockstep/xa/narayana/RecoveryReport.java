package dev.lockstep.xa.narayana;

import java.util.List;

/**
 * What a recovery has left, a sentence each for an operator.
 *
 * @param passes how often all resources were visited
 * @param left what is still in doubt or out of reach; later passes try again
 * @param heuristics decision records of transactions whose outcome was not the same everywhere, or
 *     is not known; only a person can settle those
 */
public record RecoveryReport(int passes, List<String> left, List<String> heuristics) {
  /**
   * A report.
   *
   * @param passes how often all resources were visited
   * @param left what is still in doubt or out of reach
   * @param heuristics records that only a person can settle
   */
  public RecoveryReport {
    left = List.copyOf(left);
    heuristics = List.copyOf(heuristics);
  }

  /**
   * Whether nothing of this node is in doubt any more.
   *
   * @return true if recovery has nothing left to do
   */
  public boolean isComplete() {
    return left.isEmpty();
  }
}
