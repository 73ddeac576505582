package dev.lockstep.testkit;

import java.util.List;

/**
 * The result of an {@link InvariantChecker}.
 *
 * @param lost how many rows have no message
 * @param duplicated how many rows or messages exist once too often
 * @param half how many messages have no row
 * @param inDoubt how many branches are left prepared
 * @param unacknowledged how many messages are left that should be consumed
 * @param violations one sentence for each of them
 */
public record Audit(
    int lost, int duplicated, int half, int inDoubt, long unacknowledged, List<String> violations) {

  /**
   * Whether everything matched.
   *
   * @return true if there is no violation
   */
  public boolean holds() {
    return violations.isEmpty();
  }
}
