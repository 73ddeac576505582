package dev.lockstep.engine.tx;

import dev.lockstep.engine.group.GroupTable;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.log.SegmentLog;

/**
 * What every branch of a log works with.
 *
 * @param log where frames go
 * @param topics where messages become visible
 * @param groups where acknowledgements take effect
 * @param prepared the branches whose prepare is durable
 * @param clock the time of commits
 * @param limits what a transaction may hold
 * @param events who is told of outcomes
 */
public record BranchContext(
    SegmentLog log,
    TopicTable topics,
    GroupTable groups,
    PreparedBranches prepared,
    CommitClock clock,
    Limits limits,
    BranchEvents events) {

  /**
   * What a transaction may hold.
   *
   * @param messageBytes key, headers and payload of one message
   * @param transactionBytes the sum over the messages of a transaction
   */
  public record Limits(int messageBytes, long transactionBytes) {}
}
