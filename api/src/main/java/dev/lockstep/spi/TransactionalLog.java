package dev.lockstep.spi;

import dev.lockstep.CommitPath;
import dev.lockstep.StartFrom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A log, seen by those who drive its transactions. Thread-safe.
 *
 * <p><b>Outcomes.</b> {@link #commit} and {@link #rollback} look up, act, and only then remove: a
 * branch is found until its outcome is durable. If the log fails meanwhile they throw {@link
 * dev.lockstep.OutcomeUnknownException}, and after that everything throws {@link
 * dev.lockstep.LogFailedException}.
 */
public interface TransactionalLog {
  /**
   * The identity of the log, fixed for the life of its directory.
   *
   * @return the identity
   */
  UUID id();

  /**
   * What this log can do.
   *
   * @return its capabilities
   */
  Set<Capability> capabilities();

  /**
   * How the transactions of its binding must be made atomic.
   *
   * @return the path that is configured, or the binding's default; empty if neither says
   */
  default Optional<CommitPath> commitPath() {
    return Optional.empty();
  }

  /**
   * Begins the branch of a transaction that somebody else coordinates.
   *
   * @param id the identity that the coordinator gave it
   * @return the new, active branch
   * @throws IllegalStateException if a branch of that identity exists
   */
  Branch begin(BranchId id);

  /**
   * Begins a branch of a transaction of the log alone.
   *
   * @return the new, active branch
   */
  Branch begin();

  /**
   * Finds a branch that is active, or prepared in this life of the log or an earlier one; or that
   * was decided by hand and is not forgotten yet, or whose time ran out and nobody was told.
   *
   * @param id the branch's identity
   * @return the branch, unless it is unknown or completed
   */
  Optional<Branch> find(BranchId id);

  /**
   * The prepared branches without an outcome, whose prepare is durable.
   *
   * @param decider whose branches
   * @return the branches, oldest first
   */
  List<Undecided> undecided(Decider decider);

  /**
   * The branches that were decided by hand and are not forgotten yet. For their decider they are
   * still to be completed: recovery lists them as it does undecided ones.
   *
   * @return the branches, those first that were decided first
   */
  List<Heuristic> heuristics();

  /**
   * Commits a prepared branch, in this life of the log or a later one. When it returns, the outcome
   * is durable and visible.
   *
   * <p>With {@link Forcing#DEFERRED} the outcome has its place in the log when it returns. A crash
   * may lose it, and then the branch is undecided again: this is for who can give the decision once
   * more. Messages become visible when the outcome is durable; whoever polls or looks for them
   * brings that about. As long as the prepare of the branch is not durable, the outcome is forced
   * whatever is asked for.
   *
   * @param id the branch's identity
   * @param forcing whether the outcome is durable when this returns
   * @throws java.util.NoSuchElementException if there is no prepared branch of that identity
   * @throws dev.lockstep.HeuristicOutcomeException if it was decided by hand, one way or the other;
   *     nothing was changed
   */
  void commit(BranchId id, Forcing forcing);

  /**
   * Commits a prepared branch, forced.
   *
   * @param id the branch's identity
   * @throws java.util.NoSuchElementException if there is no prepared branch of that identity
   * @see #commit(BranchId, Forcing)
   */
  default void commit(BranchId id) {
    commit(id, Forcing.FORCED);
  }

  /**
   * Rolls back a branch, prepared or active. When it returns, the outcome of a prepared one is
   * durable.
   *
   * @param id the branch's identity
   * @throws java.util.NoSuchElementException if there is no branch of that identity
   * @throws dev.lockstep.HeuristicOutcomeException if it was decided by hand, one way or the other;
   *     nothing was changed
   */
  void rollback(BranchId id);

  /**
   * Forgets that a branch was decided by hand: whoever was to decide it knows. When it returns,
   * that is durable.
   *
   * @param id the branch's identity
   * @throws dev.lockstep.UnknownTransactionException if there is no branch of that identity
   * @throws IllegalStateException if the branch was not decided by hand
   */
  void forget(BranchId id);

  /**
   * Forces, whatever the {@link dev.lockstep.Durability}. When it returns, everything is durable
   * and visible that was appended before the call: also what was {@linkplain Forcing#DEFERRED
   * deferred}. Waits for the disk, and not for other transactions.
   *
   * @throws dev.lockstep.LogFailedException if the force failed, or the log had failed before: what
   *     is durable shows when it is opened again
   * @throws dev.lockstep.ClosedException if it is closed
   */
  void force();

  /**
   * Joins a group as a new member.
   *
   * @param config the group, the topic, and how to consume it
   * @return the member's subscription
   * @throws dev.lockstep.UnknownTopicException if there is no such topic
   * @throws dev.lockstep.InvalidConfigException if the group has members with another ordering
   */
  Subscription subscribe(SubscriptionConfig config);

  /**
   * Joins a group as a new member that consumes in partition order.
   *
   * @param group the group's name
   * @param topic an existing topic
   * @param start where a group starts that has never read the topic
   * @return the member's subscription
   */
  default Subscription subscribe(String group, String topic, StartFrom start) {
    return subscribe(SubscriptionConfig.of(group, topic, start));
  }

  /**
   * Reads a topic without a group, from its beginning.
   *
   * @param topic an existing topic
   * @param partitions which partitions; empty: all, also those that come later
   * @return a cursor
   * @throws dev.lockstep.UnknownTopicException if there is no such topic
   */
  Cursor read(String topic, Set<Integer> partitions);

  /**
   * Records of a transaction manager that are kept in this log.
   *
   * @return the records, if the log has the capability {@link Capability#TRANSACTION_RECORDS}
   */
  default Optional<TransactionRecords> records() {
    return Optional.empty();
  }

  /** Something that a log may be able to do. */
  enum Capability {
    /** Branches of other coordinators, which survive a crash once they are prepared. */
    XA,
    /** Records of a transaction manager, durable as soon as their write returns. */
    TRANSACTION_RECORDS,
    /** Offsets increase in commit order. */
    ORDERED_BY_COMMIT,
    /** It finds the first message that was committed at a time or later. */
    SEEK_BY_TIME,
    /** Topics can be compacted by key. */
    COMPACTION,
    /** Single messages are acknowledged and parked: groups may consume in key order. */
    PER_MESSAGE_ACK
  }

  /**
   * A prepared branch without an outcome.
   *
   * @param id its identity
   * @param decider who will decide
   * @param since when it was prepared
   * @param note what the decider gave to {@link Branch#prepare}
   */
  record Undecided(BranchId id, Decider decider, Instant since, byte[] note) {}

  /**
   * A branch that was decided by hand.
   *
   * @param id its identity
   * @param decider who should have decided
   * @param outcome how it was decided
   * @param at when
   * @param reason why, in the words of whoever did it
   */
  record Heuristic(
      BranchId id, Decider decider, Branch.Outcome outcome, Instant at, String reason) {}
}
