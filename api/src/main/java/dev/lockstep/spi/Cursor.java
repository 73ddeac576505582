package dev.lockstep.spi;

import dev.lockstep.spi.Subscription.Delivery;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Reads a topic without a group: nothing is acknowledged, and positions live in memory. It sees
 * committed messages only. For one thread at a time, except {@link #wakeup()}.
 */
public interface Cursor extends AutoCloseable {
  /**
   * Returns messages from the positions, as soon as there are any, and moves the positions.
   *
   * @param max the most messages to return
   * @param timeout how long to wait for the first one
   * @return the messages, in offset order in each partition; empty if none came in time
   * @throws dev.lockstep.WakeupException if {@link #wakeup()} was called
   * @throws dev.lockstep.PollInterruptedException if the thread is interrupted while it waits
   * @throws dev.lockstep.UnknownTopicException if the topic was deleted
   */
  List<Delivery> fetch(int max, Duration timeout);

  /** Makes a fetch that waits, or else the next one, throw. */
  void wakeup();

  /**
   * The partitions that it reads.
   *
   * @return the partitions
   */
  Set<Integer> partitions();

  /**
   * The offset that the next fetch starts from.
   *
   * @param partition a partition that it reads
   * @return the position
   * @throws IllegalArgumentException if it does not read that partition
   */
  long position(int partition);

  /**
   * Moves a position.
   *
   * @param partition a partition that it reads
   * @param offset where to go on; below the first message, the first one comes next
   * @throws IllegalArgumentException if it does not read that partition, or the offset is negative
   *     or behind the end
   */
  void seek(int partition, long offset);

  /** Ends it. Closing twice does nothing. */
  @Override
  void close();
}
