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

  /** A group's state in one topic, as it is at the moment of each call. */
  interface GroupInfo {
    /**
     * How many visible messages the group has not acknowledged.
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
     * The acknowledged offset of a partition: everything below it is consumed.
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
     * The transactions in doubt that hold acknowledgements of this group, and so hold it up.
     *
     * @return their identities, as {@link Transactions.InDoubt#transactionId()} gives them
     */
    List<String> blockedBy();
  }
}
