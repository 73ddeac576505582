package dev.lockstep.spi;

import dev.lockstep.MessageId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One member of a group. With {@link dev.lockstep.Ordering#PARTITION} it has a position in each
 * partition that is assigned to it, from which it fetches; with {@link dev.lockstep.Ordering#KEY}
 * it is lent single messages. Positions and loans live in memory, acknowledgements in the log. For
 * one thread at a time, except {@link #wakeup()}, {@link #rewind()}, {@link #giveBack} and {@link
 * #close()}.
 */
public interface Subscription extends AutoCloseable {
  /**
   * Returns messages that are neither acknowledged nor with a member, as soon as there are any.
   * What transactions in doubt hold is left out until they are decided: in partition order with all
   * that comes after it, in key order with the later messages of its keys. A partition that is
   * newly assigned starts at the acknowledged offset. Expired messages are skipped.
   *
   * @param max the most messages to return
   * @param timeout how long to wait for the first one
   * @return the messages, in offset order in each partition; empty if none came in time
   * @throws dev.lockstep.WakeupException if {@link #wakeup()} was called
   * @throws dev.lockstep.PollInterruptedException if the thread is interrupted while it waits
   * @throws dev.lockstep.UnknownTopicException if the topic was deleted
   */
  List<Delivery> fetch(int max, Duration timeout);

  /** Gives back all that was fetched and is not acknowledged or held, after a rollback. */
  void rewind();

  /**
   * Gives back some of what was fetched, as far as it is not acknowledged or held: it comes again;
   * in partition order, all that was fetched behind it, too. The rest can still be acknowledged.
   *
   * @param partition the partition
   * @param fromOffset the first offset
   * @param toOffset the offset behind the last one
   */
  void giveBack(int partition, long fromOffset, long toOffset);

  /** Makes a fetch that waits, or else the next one, throw. */
  void wakeup();

  /**
   * The member's identity in the group, for {@link Branch#acknowledge}. An acknowledgement is valid
   * only while its partition is assigned to the member of that epoch; in key order, while its
   * messages are lent to that member.
   *
   * @return the epoch
   */
  long memberEpoch();

  /**
   * The partitions that are assigned now, each with a number that is another one each time it is
   * assigned to this member.
   *
   * @return the partitions, in their order
   */
  Map<Integer, Long> assignments();

  /**
   * The partitions that are assigned now.
   *
   * @return the partitions, in their order
   */
  default Set<Integer> assignment() {
    return assignments().keySet();
  }

  /**
   * The offset that the next fetch starts from; in key order, the first one that is not
   * acknowledged.
   *
   * @param partition an assigned partition
   * @return the position
   * @throws IllegalArgumentException if the partition is not assigned to this member
   */
  long position(int partition);

  /**
   * The offset below which the group has consumed everything.
   *
   * @param partition a partition of the topic
   * @return the acknowledged offset
   * @throws IllegalArgumentException if there is no such partition
   * @throws dev.lockstep.UnknownTopicException if the topic was deleted
   */
  long committed(int partition);

  /**
   * Moves the group: everything below the offsets is consumed, everything from them on is not, and
   * nothing is parked. Durable when it returns; all partitions, or none.
   *
   * @param offsets partitions and where to go on
   * @throws IllegalArgumentException if a partition is not assigned to this member, or an offset is
   *     negative or behind the end
   * @throws dev.lockstep.GroupInUseException if a transaction that is not decided holds one of the
   *     partitions
   */
  void seek(Map<Integer, Long> offsets);

  /**
   * Brings no messages of these partitions to this member, until they are resumed or assigned anew.
   *
   * @param partitions assigned partitions
   * @throws IllegalArgumentException if one is not assigned to this member
   */
  void pause(Set<Integer> partitions);

  /**
   * Ends a pause.
   *
   * @param partitions assigned partitions
   * @throws IllegalArgumentException if one is not assigned to this member
   */
  void resume(Set<Integer> partitions);

  /**
   * The partitions that are paused.
   *
   * @return the partitions, in their order
   */
  Set<Integer> paused();

  /** Leaves the group, and gives back what was fetched and is not acknowledged or held. */
  @Override
  void close();

  /**
   * A message on its way to a consumer. Offsets may have gaps: a message is acknowledged together
   * with those before it that are no longer there.
   *
   * @param id its identity
   * @param partition its partition
   * @param offset its offset
   * @param coversFrom where the acknowledgement of this message alone starts; it ends at {@code
   *     offset + 1}
   * @param attempt 1, and one more each time it was parked
   * @param timestamp when it was sent
   * @param envelope its content
   */
  record Delivery(
      MessageId id,
      int partition,
      long offset,
      long coversFrom,
      int attempt,
      Instant timestamp,
      Envelope envelope) {}
}
