package dev.lockstep.engine.inspect;

import java.util.List;
import java.util.OptionalLong;

/**
 * A group in one topic.
 *
 * @param group its name
 * @param topic the topic
 * @param lag how many messages it has not acknowledged
 * @param parked how many messages are parked
 * @param waiting the partitions that wait, since as much is parked as may be
 * @param blockedBy the transactions in doubt that hold its partitions
 * @param partitions the partitions
 */
public record GroupSummary(
    String group,
    String topic,
    long lag,
    long parked,
    List<Integer> waiting,
    List<String> blockedBy,
    List<GroupPartition> partitions) {

  /**
   * A partition.
   *
   * @param partition its number
   * @param committed the offset up to which everything is acknowledged
   * @param end the offset that the next message gets
   * @param lag how many messages are not acknowledged
   */
  public record GroupPartition(int partition, OptionalLong committed, long end, long lag) {}
}
