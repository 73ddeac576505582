package dev.lockstep.engine.model;

import java.util.ArrayList;
import java.util.List;

/** What a group has acknowledged in a topic, by partition. */
final class GroupModel {
  private final List<Long> committed;

  GroupModel(List<Long> start) {
    this.committed = new ArrayList<>(start);
  }

  GroupModel copy() {
    return new GroupModel(committed);
  }

  long committed(int partition) {
    return committed.get(partition);
  }

  int partitions() {
    return committed.size();
  }

  void acknowledge(Taken taken) {
    committed.set(taken.partition(), taken.to());
  }

  void move(int partition, long offset) {
    committed.set(partition, offset);
  }

  boolean isPending(int partition, long offset) {
    return offset >= committed.get(partition);
  }
}
