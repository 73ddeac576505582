package dev.lockstep.engine.index;

import dev.lockstep.TopicConfig;
import dev.lockstep.engine.frame.TopicBody;
import java.util.List;

/** A topic and its partitions. Thread-safe. */
public final class TopicState {
  private final TopicBody body;
  private final List<PartitionIndex> partitions;

  TopicState(TopicBody body, List<PartitionIndex> partitions) {
    this.body = body;
    this.partitions = List.copyOf(partitions);
  }

  /** Its number, by which frames name it. */
  public int id() {
    return body.topic();
  }

  /** Its name. */
  public String name() {
    return body.name();
  }

  /** How it was created. */
  public TopicBody body() {
    return body;
  }

  /** How it was created, as the API has it. */
  public TopicConfig config() {
    return body.config();
  }

  /** How many partitions it has. */
  public int partitionCount() {
    return partitions.size();
  }

  /** The index of a partition. */
  public PartitionIndex partition(int partition) {
    if (partition < 0 || partition >= partitions.size()) {
      throw new IllegalArgumentException(
          "topic '"
              + name()
              + "' has no partition "
              + partition
              + "; it has partitions 0 to "
              + (partitions.size() - 1));
    }
    return partitions.get(partition);
  }

  List<PartitionIndex> partitions() {
    return partitions;
  }
}
