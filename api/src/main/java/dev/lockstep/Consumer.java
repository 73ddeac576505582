package dev.lockstep;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A member of a group: receives the messages of the partitions that are assigned to it, in the
 * configured {@link Ordering}. For one thread at a time, except {@link #wakeup()} and {@link
 * #close()}: other calls of a second thread throw {@link IllegalStateException}.
 *
 * <p><b>In a transaction</b>, a poll acknowledges what it returns: the group's offsets move when
 * the transaction commits, together with all else in it. If it rolls back, the next poll returns
 * the same messages again. A commit by a member that no longer owns the partition is refused, and
 * rolls its transaction back. A consumer polls in one transaction at a time: while that is
 * suspended and undecided, a poll in another one throws {@link IllegalStateException}.
 *
 * <p><b>Without one</b> (where {@link OutsideTransaction#OWN_TRANSACTION} allows that), {@link
 * #commit()} acknowledges what the polls have returned.
 *
 * <p>While a transaction in doubt holds acknowledgements of a partition, nothing of that partition
 * is returned: its outcome decides where to go on.
 *
 * @param <T> the payload type
 */
public interface Consumer<T> extends AutoCloseable {
  /**
   * The group of which this is a member.
   *
   * @return the group's name
   */
  String group();

  /**
   * The topic that it reads.
   *
   * @return the topic's name
   */
  String topic();

  /**
   * The partitions that are assigned to this member now.
   *
   * @return the partitions
   */
  Set<Integer> assignment();

  /**
   * Returns messages as soon as there are any, waiting for them if need be.
   *
   * @param timeout how long to wait for the first message
   * @return at most the configured number of messages; empty if none came in time
   * @throws DecodeException if a payload can't be decoded; it names topic, partition and offset.
   *     Nothing of this poll is acknowledged, and the next one meets it again. A transaction can
   *     only be rolled back then; without one, what earlier polls returned can be committed
   * @throws WakeupException if {@link #wakeup()} was called
   * @throws PollInterruptedException if the thread is interrupted while the poll waits. The flag
   *     stays set, and each later poll that has to wait throws, too, instead of returning at once
   * @throws UnknownTopicException if the topic was deleted
   * @throws NoTransactionException outside a transaction, where that is refused
   * @throws TransactionRolledBackException if the transaction is rolled back, or can only be
   * @throws CorruptLogException if a message's bytes are damaged; it is never returned
   * @throws ReadFailedException if the disk does not let a message be read; the next poll tries
   *     again
   * @throws CompressionUnavailableException if what decompresses a message is not on the class path
   * @throws InterceptorException if an interceptor fails; as with a payload that can't be decoded,
   *     nothing of this poll is acknowledged
   */
  List<Message<T>> poll(Duration timeout);

  /**
   * Acknowledges all that was polled outside a transaction, in one transaction of the log. If that
   * fails, the next poll returns the same messages again.
   *
   * @throws TransactionRolledBackException if the partitions have gone to another member meanwhile,
   *     or the group was moved
   * @throws DiskFullException if there is no room for it
   * @throws NoTransactionException where polls outside a transaction are refused
   */
  void commit();

  /**
   * Parks a message that this consumer has polled, instead of acknowledging it: it comes again at a
   * later time, with an {@link Message#attempt()} of one more. Until it is acknowledged, the later
   * messages of its key wait; with {@link Ordering#PARTITION}, all later ones of its partition.
   *
   * <p>In a transaction, this is part of it. Without one, it is done at once, in one transaction
   * with all else that was polled since the last {@link #commit()}, which is acknowledged. Either
   * is rolled back if a message that has to wait was polled in it, too: so poll one message at a
   * time, or park the last one only.
   *
   * @param message the message
   * @param until when it comes again, at the earliest; fractions of a millisecond are not kept
   * @throws IllegalArgumentException if that is too far away for a number of milliseconds, as
   *     {@link Instant#MAX} is
   * @throws IllegalStateException if the message was not polled in this transaction, or since the
   *     last commit
   * @throws NoTransactionException outside a transaction, where that is refused
   * @throws TransactionRolledBackException without a transaction, if it is rolled back
   * @throws DiskFullException without a transaction, if there is no room for it
   */
  void park(Message<T> message, Instant until);

  /**
   * The offset that the next poll starts from; with {@link Ordering#KEY}, the acknowledged offset.
   *
   * @param partition an assigned partition
   * @return the offset
   */
  long position(int partition);

  /**
   * The group's acknowledged offset: everything below it is consumed.
   *
   * @param partition a partition of the topic
   * @return the offset, if the group has one
   * @throws UnknownTopicException if the topic was deleted, also if there is another one of its
   *     name
   * @throws IllegalArgumentException if there is no such partition
   */
  OptionalLong committed(int partition);

  /**
   * Moves the group in a partition: everything below the offset is consumed, everything from it on
   * is not, and nothing of it is parked. Not part of a transaction: durable when it returns. What
   * was polled from the partition outside a transaction is given up. All members go on from there:
   * with {@link Ordering#KEY}, what others have polled of the partition and not committed can't be
   * committed any more, and comes again if it is behind the offset.
   *
   * @param partition an assigned partition
   * @param offset where to go on; below the first message, the first one comes next
   * @throws IllegalArgumentException if the partition is not assigned to this consumer, or the
   *     offset is negative or behind the end
   * @throws IllegalStateException while a transaction that this consumer polled in is undecided
   * @throws GroupInUseException if another transaction that is not decided holds the partition; the
   *     message names it
   * @throws DiskFullException if there is no room for it; the group is where it was
   * @throws UnknownTopicException if the topic was deleted
   */
  void seek(int partition, long offset);

  /** {@linkplain #seek Moves} the group to the first message, in all assigned partitions. */
  void seekToBeginning();

  /**
   * {@linkplain #seek Moves} the group behind the last message that is visible now, in all assigned
   * partitions.
   */
  void seekToEnd();

  /**
   * {@linkplain #seek Moves} the group to the first message that was committed at a time or later;
   * where there is none, to the end. In all assigned partitions.
   *
   * @param time the time, by the clock of the log's process
   */
  void seekToTime(Instant time);

  /**
   * Brings no messages of partitions to this consumer until they are resumed, or assigned to it
   * anew. In memory only.
   *
   * @param partitions assigned partitions, at least one
   * @throws IllegalArgumentException if none is named, or one is not assigned to this consumer
   */
  void pause(int... partitions);

  /**
   * Ends a pause.
   *
   * @param partitions assigned partitions, at least one
   * @throws IllegalArgumentException if none is named, or one is not assigned to this consumer
   */
  void resume(int... partitions);

  /**
   * The partitions that are paused.
   *
   * @return the partitions
   */
  Set<Integer> paused();

  /** Makes a poll that waits, or else the next one, throw {@link WakeupException}. */
  void wakeup();

  /**
   * Leaves the group; its partitions go to the remaining members. A poll that another thread is in
   * throws {@link ClosedException}. While a transaction that it polled in is undecided, it stays a
   * member until that is over, so that a consumer may be closed inside the transaction that commits
   * what it took. What was polled outside a transaction and is not committed comes again. Closing
   * twice does nothing.
   */
  @Override
  void close();
}
