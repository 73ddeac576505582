package dev.lockstep.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The messages of a partition. */
final class PartitionModel {
  private final List<Placed> entries;
  private long end;
  private long removable;

  /**
   * A message with its offset.
   *
   * @param unit the number of the transaction, whose messages may be in one batch
   */
  record Placed(long offset, Sent sent, long committedAt, long unit) {}

  PartitionModel() {
    this.entries = new ArrayList<>();
  }

  private PartitionModel(PartitionModel other) {
    this.entries = new ArrayList<>(other.entries);
    this.end = other.end;
    this.removable = other.removable;
  }

  PartitionModel copy() {
    return new PartitionModel(this);
  }

  void add(Sent sent, long committedAt, long unit) {
    entries.add(new Placed(end, sent, committedAt, unit));
    end++;
  }

  /** Forgets what is not there any more. */
  void retain(Predicate<Placed> there) {
    entries.removeIf(there.negate());
  }

  /** Below that, retention may have removed everything at some time. */
  long removable() {
    return removable;
  }

  void removable(long below) {
    removable = Math.max(removable, below);
  }

  List<Placed> entries() {
    return entries;
  }

  long end() {
    return end;
  }
}
