package dev.lockstep;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The topics of a log. Thread-safe. Creations are durable when they return. */
public interface Topics {
  /**
   * Creates a topic.
   *
   * @param config its name and partitions
   * @return the new topic
   * @throws InvalidConfigException if a topic of that name exists
   */
  TopicInfo create(TopicConfig config);

  /**
   * Creates a topic unless it exists.
   *
   * @param config its name and partitions
   * @return the topic
   * @throws InvalidConfigException if it exists with another number of partitions
   */
  TopicInfo createIfAbsent(TopicConfig config);

  /**
   * Looks a topic up.
   *
   * @param topic its name
   * @return the topic, if it exists
   */
  Optional<TopicInfo> find(String topic);

  /**
   * The names of all topics.
   *
   * @return the names, sorted
   */
  List<String> names();

  /** A topic, as it is at the moment of each call. */
  interface TopicInfo {
    /**
     * How it was created.
     *
     * @return its configuration
     */
    TopicConfig config();

    /**
     * The first offset of a partition that may have a message: there is nothing below it.
     *
     * @param partition a partition, from 0
     * @return the offset
     */
    long firstOffset(int partition);

    /**
     * The offset of the first message that was committed at a time or later.
     *
     * @param partition a partition, from 0
     * @param time the time, by the clock of the log's process
     * @return the offset, unless there is no such message
     */
    OptionalLong offsetAt(int partition, Instant time);

    /**
     * The offset that the next visible message of a partition will have at the least.
     *
     * @param partition a partition, from 0
     * @return the end of what is visible
     */
    long endOffset(int partition);
  }
}
