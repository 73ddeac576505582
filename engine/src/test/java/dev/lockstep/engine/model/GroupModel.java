package dev.lockstep.engine.model;

import dev.lockstep.engine.model.Taken.Parked;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a group has acknowledged in a topic, by partition. */
final class GroupModel {
  private final List<Long> committed;
  private final Map<Integer, Parked> parked = new HashMap<>();

  GroupModel(List<Long> start) {
    this.committed = new ArrayList<>(start);
  }

  GroupModel copy() {
    GroupModel copy = new GroupModel(committed);
    copy.parked.putAll(parked);
    return copy;
  }

  long committed(int partition) {
    return committed.get(partition);
  }

  int partitions() {
    return committed.size();
  }

  void acknowledge(Taken taken) {
    move(taken.partition(), taken.to());
    taken.parked().ifPresent(message -> parked.put(taken.partition(), message));
  }

  /** What is parked in a partition: always the first message that is not acknowledged. */
  Optional<Parked> parked(int partition) {
    return Optional.ofNullable(parked.get(partition));
  }

  int parkedCount() {
    return parked.size();
  }

  void move(int partition, long offset) {
    parked.remove(partition);
    committed.set(partition, offset);
  }

  boolean isPending(int partition, long offset) {
    return offset >= committed.get(partition);
  }
}
