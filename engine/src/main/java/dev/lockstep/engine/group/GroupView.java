package dev.lockstep.engine.group;

import dev.lockstep.Groups;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** A look at a group in one topic, for operators. */
public final class GroupView implements Groups.GroupInfo {
  private final GroupState state;

  GroupView(GroupState state) {
    this.state = state;
  }

  @Override
  public long lag() {
    return IntStream.range(0, state.topic().partitionCount()).mapToLong(this::lag).sum();
  }

  @Override
  public long lag(int partition) {
    // The end is read last: it never decreases, so that the lag is never negative.
    long committed = state.committed(partition);
    return state.topic().partition(partition).end() - committed;
  }

  @Override
  public OptionalLong committed(int partition) {
    return OptionalLong.of(state.committed(partition));
  }

  @Override
  public int members() {
    return state.members();
  }

  @Override
  public List<String> blockedBy() {
    return state.blockedBy();
  }
}
