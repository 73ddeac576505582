package dev.lockstep.engine.model;

import java.util.ArrayList;
import java.util.List;

/** The messages of a partition. */
final class PartitionModel {
  private final List<Placed> entries;
  private long end;

  /** A message with its offset. */
  record Placed(long offset, Sent sent, long committedAt) {}

  PartitionModel() {
    this.entries = new ArrayList<>();
  }

  private PartitionModel(PartitionModel other) {
    this.entries = new ArrayList<>(other.entries);
    this.end = other.end;
  }

  PartitionModel copy() {
    return new PartitionModel(this);
  }

  void add(Sent sent, long committedAt) {
    entries.add(new Placed(end, sent, committedAt));
    end++;
  }

  List<Placed> entries() {
    return entries;
  }

  long end() {
    return end;
  }
}
