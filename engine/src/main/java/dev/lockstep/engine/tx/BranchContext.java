package dev.lockstep.engine.tx;

import dev.lockstep.LockstepConfig;
import dev.lockstep.engine.batch.Compressors;
import dev.lockstep.engine.dedup.Deduplication;
import dev.lockstep.engine.frame.BatchBody;
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
 * @param resolutions what was decided by hand
 * @param spilled what active branches have in the log already
 * @param clock the time of commits
 * @param compressors those that are there
 * @param deduplication who holds which idempotency key
 * @param limits what a transaction may hold
 * @param events who is told of outcomes
 */
public record BranchContext(
    SegmentLog log,
    TopicTable topics,
    GroupTable groups,
    PreparedBranches prepared,
    Resolutions resolutions,
    SpilledBranches spilled,
    CommitClock clock,
    Compressors compressors,
    Deduplication deduplication,
    Limits limits,
    BranchEvents events) {

  /**
   * What a transaction may hold.
   *
   * @param messageBytes key, headers and payload of one message
   * @param transactionBytes the sum over the messages of a transaction, each with what it takes in
   *     the log and in memory besides
   * @param spillBytes what a transaction keeps in memory of its messages, counted likewise
   * @param batchBytes what is compressed together, unless it is one message
   */
  public record Limits(int messageBytes, long transactionBytes, long spillBytes, int batchBytes) {
    /** A batch must fit into a segment even if it is not worth compressing much. */
    private static final int BATCHES_IN_A_SEGMENT = 4;

    /** What the configuration says. */
    public static Limits of(LockstepConfig config) {
      long batch = Math.min(BatchBody.MAX_BYTES, config.segmentSize() / BATCHES_IN_A_SEGMENT);
      return new Limits(
          config.maxMessageBytes(),
          config.maxTransactionBytes(),
          config.spillThreshold(),
          (int) batch);
    }
  }
}
