package dev.lockstep;

import java.util.Set;

/**
 * Is told when partitions are assigned to a consumer, and when they are no longer. The methods are
 * called on the thread that polls or closes the consumer, within that call; they may use the
 * consumer, but can't poll it. What they throw comes out of that call. Later versions of this
 * interface grow by default methods only.
 */
public interface RebalanceListener {
  /**
   * Partitions were assigned. Called by the poll that finds it, before it takes messages.
   *
   * @param partitions the partitions that are new to this consumer
   */
  default void onAssigned(Set<Integer> partitions) {}

  /**
   * Partitions are about to be given back: the consumer is being closed. What was polled outside a
   * transaction can still be {@linkplain Consumer#commit() committed}.
   *
   * @param partitions the partitions that it has
   */
  default void onRevoked(Set<Integer> partitions) {}

  /**
   * Partitions have gone to other members already. Called by the poll that finds it. What was
   * polled from them and is not committed can't be committed any more.
   *
   * @param partitions the partitions that it had
   */
  default void onLost(Set<Integer> partitions) {
    onRevoked(partitions);
  }
}
