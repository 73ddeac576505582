package dev.lockstep.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

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

  /** Forgets what is not there any more. */
  void retain(Predicate<Placed> there) {
    entries.removeIf(there.negate());
  }

  List<Placed> entries() {
    return entries;
  }

  long end() {
    return end;
  }
}
