package dev.lockstep.engine.store;

import dev.lockstep.engine.group.GroupTable;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.tx.CommitClock;
import dev.lockstep.engine.tx.PreparedBranches;

/**
 * All that is derived from the log.
 *
 * @param topics topics and what is visible in them
 * @param groups groups and what they have acknowledged
 * @param prepared prepared branches without an outcome
 * @param clock the time of commits
 */
public record DerivedState(
    TopicTable topics, GroupTable groups, PreparedBranches prepared, CommitClock clock) {}
