package dev.lockstep.engine.index;

import dev.lockstep.TopicConfig;
import dev.lockstep.UnknownTopicException;
import dev.lockstep.engine.frame.TopicBody;
import java.util.List;

/**
 * A topic and its partitions. Its configuration may change and its partitions may become more.
 * Thread-safe.
 */
public final class TopicState {
  private volatile TopicBody body;
  private volatile List<PartitionIndex> partitions;
  private volatile boolean deleted;

  TopicState(TopicBody body, List<PartitionIndex> partitions) {
    this.body = body;
    this.partitions = List.copyOf(partitions);
  }

  /** The first partitions stay what they are. */
  void alter(TopicBody newBody, List<PartitionIndex> newPartitions) {
    partitions = List.copyOf(newPartitions);
    body = newBody;
  }

  void delete() {
    deleted = true;
  }

  /** Whether it is gone; what is held of it here shows its last state. */
  public boolean isDeleted() {
    return deleted;
  }

  /**
   * Throws if it is gone.
   *
   * @throws UnknownTopicException if it is deleted, even if there is another one of its name
   */
  public void requirePresent() {
    if (deleted) {
      throw new UnknownTopicException(
          "topic '" + name() + "' was deleted; ask for the topic again if it was created anew");
    }
  }

  /** Its number, by which frames name it; it is never used for another topic. */
  public int id() {
    return body.topic();
  }

  /** Its name. */
  public String name() {
    return body.name();
  }

  /** How it was created or last altered. */
  public TopicBody body() {
    return body;
  }

  /** How it was created or last altered, as the API has it. */
  public TopicConfig config() {
    return body.config();
  }

  /** How many partitions it has; the number may grow. */
  public int partitionCount() {
    return partitions.size();
  }

  /** The index of a partition. */
  public PartitionIndex partition(int partition) {
    List<PartitionIndex> present = partitions;
    if (partition < 0 || partition >= present.size()) {
      throw new IllegalArgumentException(
          "topic '"
              + name()
              + "' has no partition "
              + partition
              + "; it has partitions 0 to "
              + (present.size() - 1));
    }
    return present.get(partition);
  }

  /** The indexes of all partitions. */
  public List<PartitionIndex> partitions() {
    return partitions;
  }
}
