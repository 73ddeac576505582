package dev.lockstep;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A member of a group: receives the messages of the partitions that are assigned to it, in offset
 * order. For one thread at a time, except {@link #wakeup()} and {@link #close()}: other calls of a
 * second thread throw {@link IllegalStateException}.
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
   *     Nothing of this poll is acknowledged, and its transaction can only be rolled back: what it
   *     took before would come again
   * @throws WakeupException if {@link #wakeup()} was called
   * @throws NoTransactionException outside a transaction, where that is refused
   * @throws CorruptLogException if a message's bytes are damaged; it is never returned
   */
  List<Message<T>> poll(Duration timeout);

  /**
   * Acknowledges all that was polled outside a transaction, in one transaction of the log. If that
   * fails, the next poll returns the same messages again.
   *
   * @throws TransactionRolledBackException if the partitions have gone to another member meanwhile
   */
  void commit();

  /**
   * The offset that the next poll starts from.
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
   */
  OptionalLong committed(int partition);

  /** Makes a poll that waits, or else the next one, throw {@link WakeupException}. */
  void wakeup();

  /**
   * Leaves the group; its partitions go to the remaining members. A poll that another thread is in
   * throws {@link ClosedException}. A transaction that is not committed yet can't commit what this
   * consumer took in it. Closing twice does nothing.
   */
  @Override
  void close();
}
