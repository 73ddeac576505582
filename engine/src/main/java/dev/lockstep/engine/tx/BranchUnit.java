package dev.lockstep.engine.tx;

import dev.lockstep.engine.group.Fence;
import dev.lockstep.engine.log.LogUnit;

/** What completes the work of a branch, or prepares that. */
interface BranchUnit extends LogUnit {
  /**
   * Looks up all topics that the branch has messages for. Called while none can be deleted, before
   * anything else, and once more if it has to be appended again.
   *
   * @throws dev.lockstep.UnknownTopicException if one of them is gone
   */
  void lookUp();

  /** Who holds what the branch has acknowledged until its outcome. */
  Fence fence();
}
