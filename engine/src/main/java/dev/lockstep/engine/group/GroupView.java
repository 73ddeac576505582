package dev.lockstep.engine.group;

import dev.lockstep.Groups;
import dev.lockstep.ReadFailedException;
import dev.lockstep.engine.frame.Range;
import dev.lockstep.engine.index.PartitionIndex;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** A look at a group in one topic, for operators. */
public final class GroupView implements Groups.GroupInfo {
  private final GroupState state;
  private final Runnable settled;

  /**
   * A look.
   *
   * @param settled waits until what was committed before shows
   */
  GroupView(GroupState state, Runnable settled) {
    this.state = state;
    this.settled = settled;
  }

  @Override
  public long lag() {
    return IntStream.range(0, state.topic().partitionCount()).mapToLong(this::lag).sum();
  }

  @Override
  public long lag(int partition) {
    settled.run();
    PartitionIndex index = state.topic().partition(partition);
    long lag = 0;
    try {
      for (Range range : state.open(partition, index.end())) {
        lag += index.count(range.from(), range.to());
      }
    } catch (IOException e) {
      throw new ReadFailedException(
          "the index of '"
              + state.topicName()
              + "' can't be read: "
              + e.getMessage()
              + "; check the disk",
          e);
    }
    return lag;
  }

  @Override
  public OptionalLong committed(int partition) {
    settled.run();
    return OptionalLong.of(state.committed(partition));
  }

  @Override
  public int members() {
    return state.members();
  }

  @Override
  public long parked() {
    settled.run();
    return state.with(
        partitions ->
            partitions.stream().mapToLong(partition -> partition.progress().parked()).sum());
  }

  @Override
  public List<Integer> waiting() {
    settled.run();
    return state.waiting();
  }

  @Override
  public List<String> blockedBy() {
    settled.run();
    return state.blockedBy();
  }
}
