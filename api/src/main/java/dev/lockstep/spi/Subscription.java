package dev.lockstep.spi;

import dev.lockstep.MessageId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * One member of a group. It has a position in each partition that is assigned to it, from which it
 * fetches; positions live in memory, acknowledged offsets in the log. For one thread at a time,
 * except {@link #wakeup()} and {@link #rewind()}.
 */
public interface Subscription extends AutoCloseable {
  /**
   * Returns messages from the positions, as soon as there are any, and moves the positions.
   * Partitions that a transaction in doubt holds are left out until it is decided. A partition that
   * is newly assigned starts at the acknowledged offset.
   *
   * @param max the most messages to return
   * @param timeout how long to wait for the first one
   * @return the messages, in offset order in each partition; empty if none came in time
   * @throws dev.lockstep.WakeupException if {@link #wakeup()} was called
   */
  List<Delivery> fetch(int max, Duration timeout);

  /** Sets all positions back to the acknowledged offsets, after a rollback. */
  void rewind();

  /** Makes a fetch that waits, or else the next one, throw. */
  void wakeup();

  /**
   * The member's identity in the group, for {@link Branch#acknowledge}. An acknowledgement is valid
   * only while its partition is assigned to the member of that epoch.
   *
   * @return the epoch
   */
  long memberEpoch();

  /**
   * The partitions that are assigned now.
   *
   * @return the partitions
   */
  Set<Integer> assignment();

  /**
   * The offset that the next fetch starts from.
   *
   * @param partition an assigned partition
   * @return the position
   * @throws IllegalArgumentException if the partition is not assigned to this member
   */
  long position(int partition);

  /** Leaves the group. */
  @Override
  void close();

  /**
   * A message on its way to a consumer.
   *
   * @param id its identity
   * @param partition its partition
   * @param offset its offset
   * @param timestamp when it was sent
   * @param envelope its content
   */
  record Delivery(MessageId id, int partition, long offset, Instant timestamp, Envelope envelope) {}
}
