package dev.lockstep.engine.inspect;

import dev.lockstep.TopicConfig;
import java.util.List;

/**
 * A topic.
 *
 * @param number by which frames name it
 * @param config its configuration
 * @param partitions its partitions
 */
public record TopicSummary(int number, TopicConfig config, List<PartitionSummary> partitions) {

  /**
   * A partition.
   *
   * @param partition its number
   * @param first the offset below which nothing is kept
   * @param end the offset that the next message gets
   * @param messages how many messages it has
   * @param bytes what their frames take in the log
   */
  public record PartitionSummary(int partition, long first, long end, long messages, long bytes) {}

  /** How many messages it has. */
  public long messages() {
    return partitions.stream().mapToLong(PartitionSummary::messages).sum();
  }

  /** What their frames take in the log. */
  public long bytes() {
    return partitions.stream().mapToLong(PartitionSummary::bytes).sum();
  }
}
