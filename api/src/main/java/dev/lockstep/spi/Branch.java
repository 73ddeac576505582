package dev.lockstep.spi;

import dev.lockstep.MessageId;
import java.time.Instant;

/**
 * The part of one transaction that is done on the log. Sends and acknowledgements are collected in
 * memory; of a large branch, messages are written to the log as it grows. Nothing counts before
 * {@link #prepare} or {@link #commitOnePhase}, so that a branch that is not prepared is gone with
 * its process.
 *
 * <p>Thread-safe; used by one thread at a time as a rule, a manager's reaper thread may call {@link
 * #rollback} or {@link #markRollbackOnly} beside it.
 */
public interface Branch {
  /**
   * Its identity.
   *
   * @return the identity
   */
  BranchId id();

  /**
   * Where it is in its life.
   *
   * @return the state
   */
  State state();

  /**
   * Whether it has neither messages nor acknowledgements.
   *
   * @return true if committing it would change nothing
   */
  boolean isEmpty();

  /**
   * Adds a message.
   *
   * @param message the message
   * @return the identity that it will have
   * @throws dev.lockstep.UnknownTopicException if there is no such topic
   * @throws dev.lockstep.TooLargeException if the message or the branch would exceed its limit
   * @throws dev.lockstep.CompressionUnavailableException if what compresses the topic is not there
   * @throws dev.lockstep.DiskFullException if the branch is large and there is no room to write
   *     what it has so far
   * @throws dev.lockstep.TransactionRolledBackException if the branch is marked rollback-only
   * @throws IllegalStateException if it is prepared or completed
   */
  MessageId append(Envelope message);

  /**
   * Adds an acknowledgement: the group has consumed the offsets from {@code fromOffset} (inclusive)
   * to {@code toOffset} (exclusive). Several of one partition are allowed as long as they do not
   * overlap. With {@link dev.lockstep.Ordering#PARTITION} they must be one range that starts at the
   * acknowledged offset at the prepare; with {@link dev.lockstep.Ordering#KEY} each must be covered
   * by messages that are lent to the member then.
   *
   * @param group the group
   * @param topic the topic
   * @param partition the partition
   * @param fromOffset the first offset
   * @param toOffset the offset behind the last one
   * @param memberEpoch the {@link Subscription#memberEpoch()} of the member that fetched
   * @throws dev.lockstep.TransactionRolledBackException if the branch is marked rollback-only
   * @throws IllegalArgumentException if the range is empty
   * @throws IllegalStateException if it is prepared or completed, or has acknowledged or parked one
   *     of the offsets before
   */
  void acknowledge(
      String group, String topic, int partition, long fromOffset, long toOffset, long memberEpoch);

  /**
   * Parks a message instead of acknowledging it: it comes again at a later time, with an attempt
   * count of one more. Takes the message out of what this branch has acknowledged of the same
   * member. Until it is acknowledged, later messages of its key wait; with {@link
   * dev.lockstep.Ordering#PARTITION}, the whole partition.
   *
   * @param group the group
   * @param topic the topic
   * @param partition the partition
   * @param offset the offset of the message
   * @param until when it comes again, at the earliest; fractions of a millisecond are not kept
   * @param attempt the attempt that has failed: {@link Subscription.Delivery#attempt()}
   * @param memberEpoch the {@link Subscription#memberEpoch()} of the member that fetched
   * @throws dev.lockstep.TransactionRolledBackException if the branch is marked rollback-only
   * @throws IllegalArgumentException if the attempt is less than 1, or the time too far away for a
   *     number of milliseconds
   * @throws IllegalStateException if it is prepared or completed, or has parked the message before
   */
  void park(
      String group,
      String topic,
      int partition,
      long offset,
      Instant until,
      int attempt,
      long memberEpoch);

  /**
   * Remembers what the branch has now, for {@link #rollbackTo}. Savepoints nest as those of JDBC
   * do; one needs no release, and takes next to no room. What is compressed together ends at a
   * savepoint.
   *
   * @return the savepoint, good for this branch as long as it is active
   * @throws dev.lockstep.TransactionRolledBackException if the branch is marked rollback-only
   * @throws IllegalStateException if it is prepared or completed
   */
  Savepoint savepoint();

  /**
   * Takes back what was sent, acknowledged and parked since a savepoint, as if nobody had asked for
   * it: it counts against no limit any more, the idempotency keys are free, and what the branch has
   * written to the log of it never counts. The identities that messages got are not given again. A
   * deadline stays, and so does a mark as rollback-only, which refuses this call.
   *
   * <p>The savepoint can be used again. Those that were taken behind it are no longer valid.
   *
   * <p>A {@link dev.lockstep.Consumer} that has polled in the transaction since the savepoint goes
   * back, too: its next poll brings the same messages again, with the same attempt. Whoever
   * acknowledges what a {@link Subscription} has fetched sees to that by {@link #onRollbackTo}.
   *
   * @param savepoint a savepoint of this branch
   * @throws dev.lockstep.TransactionRolledBackException if the branch is marked rollback-only
   * @throws IllegalArgumentException if the savepoint is one of another branch
   * @throws IllegalStateException if the branch has gone back to an earlier savepoint since this
   *     one was taken, or is prepared or completed
   */
  void rollbackTo(Savepoint savepoint);

  /**
   * Registers a callback for the case that what was done last is taken back: it runs once, within
   * {@link #rollbackTo}, if the branch goes back to a savepoint that was taken before this call;
   * the one that was registered last runs first. It must be quick and must not call the log, but
   * for {@link Subscription#giveBack}. A rollback of the whole branch does not run it: see {@link
   * #onCompletion}.
   *
   * @param callback what to call
   */
  void onRollbackTo(Runnable callback);

  /**
   * Rolls the branch back when a deadline passes, if it is still active or rollback-only then: it
   * holds nothing any more, and every later call throws {@link
   * dev.lockstep.TransactionTimedOutException}, but {@link #rollback}, which succeeds. It is found
   * under its identity until it has been told to roll back, to prepare or to commit. A branch that
   * is prepared has no deadline any more. The deadline is one of the log's clock; it is kept within
   * a second where that clock is set meanwhile. A later call takes the place of an earlier one.
   *
   * @param deadline when it is rolled back, at the earliest
   * @throws IllegalArgumentException if its milliseconds since 1970 don't fit into a long
   */
  void expireAt(Instant deadline);

  /**
   * Makes every later attempt to prepare or commit roll back instead.
   *
   * @param reason why, for the exception's message
   */
  void markRollbackOnly(String reason);

  /**
   * Makes the branch durable and gives its fate away. When it returns {@link Vote#PREPARED}, the
   * branch survives a crash, its acknowledgements are validated, and no other transaction can move
   * the same offsets until the decision. A branch without content votes {@link Vote#READ_ONLY} and
   * is completed by that.
   *
   * <p>With {@link Forcing#DEFERRED} it survives a crash only once something that was appended
   * behind it is durable. So this is for who forces the decision into the same log.
   *
   * <p>With {@link Forcing#FORCED} it is as durable as the log is configured; but what {@link
   * Decider#DATABASE} decides is forced at every {@link dev.lockstep.Durability}: the database
   * commits next, and would not know the messages that a power cut has taken.
   *
   * @param decider who decides
   * @param note up to 4 KiB that the decider wants back with {@link TransactionalLog#undecided}
   * @param forcing whether it is durable when this returns
   * @return the vote
   * @throws dev.lockstep.TransactionRolledBackException if it was rolled back instead; nothing is
   *     durable
   * @throws dev.lockstep.DiskFullException if it was rolled back for want of room
   * @throws dev.lockstep.OutcomeUnknownException if the force failed
   */
  Vote prepare(Decider decider, byte[] note, Forcing forcing);

  /**
   * Makes the branch durable, forced.
   *
   * @param decider who decides
   * @param note up to 4 KiB that the decider wants back with {@link TransactionalLog#undecided}
   * @return the vote
   * @see #prepare(Decider, byte[], Forcing)
   */
  default Vote prepare(Decider decider, byte[] note) {
    return prepare(decider, note, Forcing.FORCED);
  }

  /**
   * Commits an active branch. When it returns, the outcome is durable and visible.
   *
   * @throws dev.lockstep.TransactionRolledBackException if it was rolled back instead
   * @throws dev.lockstep.DiskFullException if it was rolled back for want of room
   * @throws dev.lockstep.OutcomeUnknownException if the force failed
   */
  void commitOnePhase();

  /**
   * Rolls it back, active or prepared. Does nothing if it is rolled back already.
   *
   * @throws IllegalStateException if it is committed
   * @throws dev.lockstep.HeuristicOutcomeException if it was decided by hand, one way or the other
   */
  void rollback();

  /**
   * Registers a callback for the outcome. It runs once, on the thread that learns the outcome, or
   * at once if it is known; it must be quick and must not call the log. It does not survive a
   * crash.
   *
   * @param callback what to call
   */
  void onCompletion(java.util.function.Consumer<Outcome> callback);

  /** A moment in the life of an active branch: {@link Branch#savepoint()}. */
  interface Savepoint {}

  /** Where a branch is in its life. */
  enum State {
    /** Takes messages and acknowledgements. */
    ACTIVE,
    /** Can only be rolled back. */
    ROLLBACK_ONLY,
    /** Durable; waits for its outcome. */
    PREPARED,
    /** Committed, or completed without content. */
    COMMITTED,
    /** Rolled back. */
    ROLLED_BACK,
    /** Committed by hand, and not forgotten yet. */
    HEURISTIC_COMMIT,
    /** Rolled back by hand, and not forgotten yet. */
    HEURISTIC_ROLLBACK
  }

  /** The answer to prepare. */
  enum Vote {
    /** The branch can be committed whatever happens. */
    PREPARED,
    /** There is nothing to commit; the branch is completed. */
    READ_ONLY
  }

  /** How a branch ended. */
  enum Outcome {
    /** Everything in it is visible. */
    COMMITTED,
    /** Nothing of it happened. */
    ROLLED_BACK
  }
}
