package dev.lockstep.engine.group;

import java.util.Optional;

/**
 * A branch's hold on offsets of a group, from the validation of its acknowledgements to its
 * outcome.
 *
 * @param branch the branch number
 * @param inDoubt the transaction's identity if the branch is prepared; a branch that commits in one
 *     phase holds its fence for the time of a force only
 */
public record Fence(long branch, Optional<String> inDoubt) {
  /** The number of no branch. */
  private static final long NO_BRANCH = -1;

  /** What holds a partition while it is being moved. */
  static final Fence MOVE = new Fence(NO_BRANCH, Optional.empty());

  /** Who it is, for a message. */
  String holder() {
    if (branch == NO_BRANCH) {
      return "a seek or reset under way";
    }
    return "transaction " + inDoubt.orElse("number " + branch) + ", which is not decided yet";
  }
}
