package dev.lockstep.spi;

import dev.lockstep.Ordering;
import dev.lockstep.StartFrom;

/**
 * How a member joins a group.
 *
 * @param group the group's name
 * @param topic an existing topic
 * @param startFrom where a group starts that has never read the topic
 * @param ordering the order in which the group consumes; all its members agree
 * @param maxWaiting how many messages of a partition may be parked, or wait behind others of their
 *     key, before the partition brings no new ones; at least 1
 */
public record SubscriptionConfig(
    String group, String topic, StartFrom startFrom, Ordering ordering, int maxWaiting) {
  /** The default of {@link #maxWaiting}. */
  public static final int DEFAULT_MAX_WAITING = 1000;

  /**
   * A member that consumes in partition order.
   *
   * @param group the group's name
   * @param topic an existing topic
   * @param startFrom where a group starts that has never read the topic
   * @return the configuration
   */
  public static SubscriptionConfig of(String group, String topic, StartFrom startFrom) {
    return new SubscriptionConfig(group, topic, startFrom, Ordering.PARTITION, DEFAULT_MAX_WAITING);
  }

  /**
   * The same, with another order.
   *
   * @param order the order
   * @return a new configuration
   */
  public SubscriptionConfig ordering(Ordering order) {
    return new SubscriptionConfig(group, topic, startFrom, order, maxWaiting);
  }

  /**
   * The same, with another bound for what waits.
   *
   * @param n the most messages that wait in a partition
   * @return a new configuration
   */
  public SubscriptionConfig maxWaiting(int n) {
    return new SubscriptionConfig(group, topic, startFrom, ordering, n);
  }
}
