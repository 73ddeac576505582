package dev.lockstep;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Reads the messages of a topic, in offset order in each partition, without a group: nothing is
 * acknowledged, and where it is lives in memory only. It returns what is committed, inside and
 * outside transactions alike, and never takes part in one. For one thread at a time, except {@link
 * #wakeup()} and {@link #close()}: other calls of a second thread throw {@link
 * IllegalStateException}.
 *
 * @param <T> the payload type
 */
public interface Reader<T> extends AutoCloseable {
  /**
   * The topic that it reads.
   *
   * @return the topic's name
   */
  String topic();

  /**
   * The partitions that it reads.
   *
   * @return the partitions
   */
  Set<Integer> partitions();

  /**
   * Returns messages as soon as there are any, waiting for them if need be.
   *
   * @param timeout how long to wait for the first message
   * @return at most the configured number of messages; empty if none came in time
   * @throws DecodeException if a payload can't be decoded; it names topic, partition and offset.
   *     The positions are where they were before the poll
   * @throws WakeupException if {@link #wakeup()} was called
   * @throws PollInterruptedException if the thread is interrupted while it waits; its flag stays
   *     set
   * @throws UnknownTopicException if the topic was deleted
   * @throws CorruptLogException if a message's bytes are damaged; it is never returned
   */
  List<Message<T>> poll(Duration timeout);

  /**
   * The offset that the next poll starts from.
   *
   * @param partition a partition that it reads
   * @return the offset
   */
  long position(int partition);

  /**
   * Goes on at an offset.
   *
   * @param partition a partition that it reads
   * @param offset where to go on; below the first message, the first one comes next
   * @throws IllegalArgumentException if it does not read that partition, or the offset is negative
   *     or behind the end
   */
  void seek(int partition, long offset);

  /** Goes on at the first message that is there, in all partitions. */
  void seekToBeginning();

  /** Goes on behind the last message that is visible now, in all partitions. */
  void seekToEnd();

  /**
   * Goes on at the first message that was committed at a time or later; where there is none, at the
   * end. In all partitions.
   *
   * @param time the time, by the clock of the log's process
   */
  void seekToTime(Instant time);

  /** Makes a poll that waits, or else the next one, throw {@link WakeupException}. */
  void wakeup();

  /**
   * Ends it. A poll that another thread is in throws {@link ClosedException}. Closing twice does
   * nothing.
   */
  @Override
  void close();
}
