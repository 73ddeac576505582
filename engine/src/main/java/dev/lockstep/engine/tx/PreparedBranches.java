package dev.lockstep.engine.tx;

import dev.lockstep.engine.dedup.UndecidedBranches;
import dev.lockstep.engine.frame.MovedBody;
import dev.lockstep.engine.group.Fence;
import dev.lockstep.engine.group.GroupTable;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The branches whose prepare is durable and whose outcome is not, by branch number. Changed in log
 * order only: by the flusher, and by the replay before it. Thread-safe for readers.
 */
public final class PreparedBranches {
  private final Map<Long, PreparedBranch> branches = new ConcurrentHashMap<>();

  /** Adds a branch. */
  public void add(PreparedBranch branch) {
    branches.put(branch.body().branch(), branch);
  }

  /** Removes a branch whose outcome is durable and applied. */
  public Optional<PreparedBranch> remove(long branch) {
    return Optional.ofNullable(branches.remove(branch));
  }

  /** The branch of a number. */
  public Optional<PreparedBranch> find(long branch) {
    return Optional.ofNullable(branches.get(branch));
  }

  /** Lets messages refer to copies, if they still refer to the originals. */
  public void move(List<MovedBody.Pending> moves) {
    Map<Long, List<MovedBody.Pending>> byBranch =
        moves.stream().collect(Collectors.groupingBy(MovedBody.Pending::branch));
    byBranch.forEach(
        (number, ofBranch) ->
            branches.computeIfPresent(number, (key, branch) -> branch.moved(ofBranch)));
  }

  /** All of them, oldest first. */
  public List<PreparedBranch> all() {
    return branches.values().stream()
        .sorted(Comparator.comparingLong(branch -> branch.body().branch()))
        .toList();
  }

  /** Those that may hold idempotency keys: as deduplication sees them. */
  public UndecidedBranches claimants() {
    return new UndecidedBranches() {
      @Override
      public List<Branch> branches() {
        return all().stream().map(this::branch).toList();
      }

      @Override
      public Optional<Branch> find(long number) {
        return PreparedBranches.this.find(number).map(this::branch);
      }

      private Branch branch(PreparedBranch branch) {
        return new Branch(branch.body().branch(), branch.body().id().toString(), branch.messages());
      }
    };
  }

  /** The transactions that have sent to a topic, sorted. */
  public List<String> sentTo(int topic) {
    return branches.values().stream()
        .filter(branch -> branch.messages().stream().anyMatch(sent -> sent.topic() == topic))
        .map(branch -> branch.body().id().toString())
        .sorted()
        .toList();
  }

  /** Those of a decider, oldest first, as the SPI has them. */
  public List<Undecided> undecided(Decider decider) {
    return all().stream()
        .filter(branch -> branch.body().decider() == decider)
        .map(PreparedBranch::undecided)
        .toList();
  }

  /** Holds the partitions again that the branches' acknowledgements concern. */
  public void fence(GroupTable groups) {
    for (PreparedBranch branch : all()) {
      groups.restore(branch.body().acks(), fence(branch));
    }
  }

  private static Fence fence(PreparedBranch branch) {
    return new Fence(branch.body().branch(), Optional.of(branch.body().id().toString()));
  }

  /** Forgets everything, for a replay from the start of the log. */
  public void clear() {
    branches.clear();
  }
}
