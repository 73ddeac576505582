package dev.lockstep.engine.group;

import dev.lockstep.Ordering;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which member reads which partition. In partition order: evenly, and a partition stays with its
 * member unless the balance asks for a move. In key order: everybody reads all. Guarded by the
 * group's lock.
 */
final class Assignment {
  private final Ordering ordering;
  private final List<Positions> members = new ArrayList<>();
  private @Nullable Positions[] owners;
  private long changes;

  Assignment(Ordering ordering, int partitions) {
    this.ordering = ordering;
    this.owners = new Positions[partitions];
  }

  Ordering ordering() {
    return ordering;
  }

  int members() {
    return members.size();
  }

  int partitions() {
    return owners.length;
  }

  void join(Positions member) {
    members.add(member);
    assign();
  }

  void leave(Positions member) {
    members.remove(member);
    for (int partition = 0; partition < owners.length; partition++) {
      if (owners[partition] == member) {
        owners[partition] = null;
      }
    }
    assign();
  }

  void grow(int partitions) {
    owners = Arrays.copyOf(owners, partitions);
    assign();
  }

  /** The member of an epoch, if it has the partition. */
  Optional<Positions> owner(int partition, long epoch) {
    for (Positions member : members) {
      if (member.epoch() == epoch) {
        return member.owns(partition) ? Optional.of(member) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** All positions in a partition are void. */
  void reset(int partition) {
    members.forEach(member -> member.reset(partition));
  }

  private void assign() {
    changes++;
    switch (ordering) {
      case PARTITION -> {
        if (!members.isEmpty()) {
          balance();
        }
      }
      case KEY -> {
        int[] all = IntStream.range(0, owners.length).toArray();
        members.forEach(member -> member.assign(all, owners.length, changes));
      }
    }
  }

  private void balance() {
    Map<Positions, List<Integer>> shares = new LinkedHashMap<>();
    members.forEach(member -> shares.put(member, new ArrayList<>()));
    int most = (owners.length + members.size() - 1) / members.size();
    List<Integer> free = new ArrayList<>();
    for (int partition = 0; partition < owners.length; partition++) {
      Positions owner = owners[partition];
      List<Integer> share = owner == null ? List.of() : shares.getOrDefault(owner, List.of());
      if (owner != null && share.size() < most) {
        share.add(partition);
      } else {
        free.add(partition);
      }
    }
    free.forEach(partition -> least(shares).add(partition));
    evenOut(shares);
    shares.forEach(this::give);
  }

  /** Moves single partitions while one member has two more than another. */
  private static void evenOut(Map<Positions, List<Integer>> shares) {
    while (true) {
      List<Integer> least = least(shares);
      List<Integer> most =
          shares.values().stream().max(Comparator.comparingInt(List::size)).orElseThrow();
      if (most.size() - least.size() < 2) {
        return;
      }
      least.add(most.remove(most.size() - 1));
    }
  }

  private static List<Integer> least(Map<Positions, List<Integer>> shares) {
    return shares.values().stream().min(Comparator.comparingInt(List::size)).orElseThrow();
  }

  private void give(Positions member, List<Integer> share) {
    share.forEach(partition -> owners[partition] = member);
    int[] sorted = share.stream().mapToInt(Integer::intValue).sorted().toArray();
    member.assign(sorted, owners.length, changes);
  }
}
