package dev.lockstep.engine.group;

import java.util.Optional;

/**
 * A branch's hold on a group's partition, from the validation of its acknowledgement to its
 * outcome.
 *
 * @param branch the branch number
 * @param inDoubt the transaction's identity if the branch is prepared; a branch that commits in one
 *     phase holds its fence for the time of a force only
 */
public record Fence(long branch, Optional<String> inDoubt) {}
