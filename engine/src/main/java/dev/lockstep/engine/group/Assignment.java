package dev.lockstep.engine.group;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Which member reads which partition: evenly, and a partition stays with its member unless the
 * balance asks for a move. Guarded by the group's lock.
 */
final class Assignment {
  private int partitions;
  private final List<Positions> members = new ArrayList<>();
  private final Map<Integer, Positions> owners = new HashMap<>();

  Assignment(int partitions) {
    this.partitions = partitions;
  }

  void resize(int newPartitions) {
    partitions = newPartitions;
    rebalance();
  }

  int members() {
    return members.size();
  }

  void join(Positions member) {
    members.add(member);
    rebalance();
  }

  void leave(Positions member) {
    members.remove(member);
    owners.values().removeIf(owner -> owner == member);
    rebalance();
  }

  boolean isOwner(int partition, long epoch) {
    Positions owner = owners.get(partition);
    return owner != null && owner.epoch() == epoch;
  }

  List<Integer> partitionsOf(Positions member) {
    return IntStream.range(0, partitions)
        .filter(partition -> owners.get(partition) == member)
        .boxed()
        .toList();
  }

  private void rebalance() {
    if (members.isEmpty()) {
      return;
    }
    int most = (partitions + members.size() - 1) / members.size();
    for (Positions member : members) {
      partitionsOf(member).stream().skip(most).forEach(owners::remove);
    }
    for (int partition = 0; partition < partitions; partition++) {
      if (!owners.containsKey(partition)) {
        give(partition, leastLoaded());
      }
    }
    evenOut();
  }

  /** Moves single partitions while one member has two more than another. */
  private void evenOut() {
    while (true) {
      Positions least = leastLoaded();
      Positions busiest = members.stream().max(byLoad()).orElseThrow();
      List<Integer> surplus = partitionsOf(busiest);
      if (surplus.size() - partitionsOf(least).size() < 2) {
        return;
      }
      give(surplus.get(surplus.size() - 1), least);
    }
  }

  private void give(int partition, Positions member) {
    owners.put(partition, member);
    member.reset(partition);
  }

  private Positions leastLoaded() {
    return members.stream().min(byLoad()).orElseThrow();
  }

  private Comparator<Positions> byLoad() {
    return Comparator.comparingInt(member -> partitionsOf(member).size());
  }
}
