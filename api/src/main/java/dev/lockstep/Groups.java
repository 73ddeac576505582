package dev.lockstep;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The consumer groups of a log. Thread-safe. */
public interface Groups {
  /**
   * The names of all groups that have read a topic.
   *
   * @return the names, sorted
   */
  List<String> names();

  /**
   * Looks up a group's state in a topic.
   *
   * @param group the group's name
   * @param topic the topic's name
   * @return the state, if the group has read the topic
   */
  Optional<GroupInfo> find(String group, String topic);

  /**
   * Moves a group: everything below the offset is consumed, everything from it on is not, and
   * nothing of the partition is parked. Members go on from there; what they have taken and not
   * committed can't be committed any more. Durable when it returns.
   *
   * @param group the group's name
   * @param topic the topic's name
   * @param partition a partition, from 0
   * @param offset where to go on; below the first message, the first one comes next
   * @throws UnknownTopicException if there is no such topic
   * @throws IllegalArgumentException if the group has never read the topic, there is no such
   *     partition, or the offset is negative or behind the end
   * @throws GroupInUseException if a transaction that is not decided holds the partition; the
   *     message names it
   * @throws DiskFullException if there is no room for it; the group is where it was
   */
  void reset(String group, String topic, int partition, long offset);

  /**
   * Forgets a group, in all topics. Durable when it returns.
   *
   * @param group the group's name
   * @return whether there was such a group
   * @throws GroupInUseException if it has members, or a transaction that is not decided holds
   *     acknowledgements of it; the message names it
   * @throws DiskFullException if there is no room for it
   */
  boolean delete(String group);

  /** A group's state in one topic, as it is at the moment of each call. */
  interface GroupInfo {
    /**
     * How many visible messages the group has not acknowledged. Messages that are no longer there
     * don't count.
     *
     * @return the lag over all partitions
     */
    long lag();

    /**
     * How many visible messages of a partition the group has not acknowledged.
     *
     * @param partition a partition, from 0
     * @return the lag
     */
    long lag(int partition);

    /**
     * The acknowledged offset of a partition: everything below it is consumed. In key order, some
     * of what is above it may be consumed, too.
     *
     * @param partition a partition, from 0
     * @return the offset, if the group has one
     */
    OptionalLong committed(int partition);

    /**
     * How many members the group has in this topic now.
     *
     * @return the number of members
     */
    int members();

    /**
     * How many messages are parked.
     *
     * @return the number over all partitions
     */
    long parked();

    /**
     * The partitions that bring no new messages, since as many as are allowed are parked or wait
     * behind others of their key.
     *
     * @return the partitions, sorted
     */
    List<Integer> waiting();

    /**
     * The transactions in doubt that hold acknowledgements of this group, and so hold it up.
     *
     * @return their identities, as {@link Transactions.InDoubt#transactionId()} gives them
     */
    List<String> blockedBy();
  }
}
