package dev.lockstep;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The topics of a log. Thread-safe. Creations, alterations and deletions are durable when they
 * return, and after a crash they have happened or not, as a whole. None of them is part of the
 * thread's transaction.
 */
public interface Topics {
  /**
   * Creates a topic.
   *
   * @param config its name, partitions and settings
   * @return the new topic
   * @throws InvalidConfigException if a topic of that name exists
   * @throws CompressionUnavailableException if its compression is not on the class path
   * @throws DiskFullException if there is no room for it
   */
  TopicInfo create(TopicConfig config);

  /**
   * Creates a topic unless it exists.
   *
   * @param config its name, partitions and settings
   * @return the topic
   * @throws InvalidConfigException if it exists with another configuration
   * @throws CompressionUnavailableException if its compression is not on the class path
   * @throws DiskFullException if there is no room for it
   */
  TopicInfo createIfAbsent(TopicConfig config);

  /**
   * Changes the configuration of a topic, while it is used. All settings become those given; the
   * topic's messages stay, unless the new retention no longer keeps them.
   *
   * <p>The number of partitions may grow. Then keys are spread anew: later messages of a key may go
   * to another partition than earlier ones, and their order between the two is lost. Groups read an
   * added partition from its start.
   *
   * @param config the name of a topic, and its new settings
   * @return the topic
   * @throws UnknownTopicException if there is no topic of that name
   * @throws InvalidConfigException if it has more partitions than asked for
   * @throws CompressionUnavailableException if its compression is not on the class path
   * @throws DiskFullException if there is no room for it
   */
  TopicInfo alter(TopicConfig config);

  /**
   * Deletes a topic, while it is used, with its messages and with what groups have consumed of it.
   * Consumers and readers of it get an {@link UnknownTopicException} from then on, also if a topic
   * of that name is created again: that is another topic. Producers get one as long as there is no
   * topic of that name, and send to the other one then. A transaction that is active and has sent
   * to it or consumed from it is rolled back when it commits.
   *
   * @param topic its name
   * @return whether there was such a topic
   * @throws InDoubtException if a prepared transaction has sent to it or consumed from it; nothing
   *     was deleted
   */
  boolean delete(String topic);

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

  /**
   * A topic, as it is at the moment of each call. If it is deleted, calls throw {@link
   * UnknownTopicException}; if there is no such partition, {@link IllegalArgumentException}.
   */
  interface TopicInfo {
    /**
     * How it was created or last altered.
     *
     * @return its configuration
     */
    TopicConfig config();

    /**
     * The offset below which a partition has no message any more: they were removed, as its
     * retention says.
     *
     * @param partition a partition, from 0
     * @return the first offset that may have a message
     */
    long firstOffset(int partition);

    /**
     * The offset that the next visible message of a partition will have at the least.
     *
     * @param partition a partition, from 0
     * @return the end of what is visible
     */
    long endOffset(int partition);

    /**
     * Where a partition was at some time: the offset of its first message that was committed then
     * or later.
     *
     * @param partition a partition, from 0
     * @param time the time of a commit
     * @return the offset; empty if all its messages are older
     * @throws ReadFailedException if the disk does not let the index be read
     * @throws CorruptLogException if the index is damaged
     */
    OptionalLong offsetAt(int partition, Instant time);

    /**
     * How much room its messages take in the log, headers and padding included.
     *
     * @return a number of bytes
     * @throws ReadFailedException if the disk does not let the index be read
     * @throws CorruptLogException if the index is damaged
     */
    long bytes();
  }
}
