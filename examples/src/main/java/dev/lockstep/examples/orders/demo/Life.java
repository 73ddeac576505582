package dev.lockstep.examples.orders.demo;

import java.time.Duration;
import java.util.List;

/**
 * What one worker will see between its start and its end.
 *
 * @param share of the transactions that are left when it starts, those it may do; from 0 to 1
 * @param incidents what happens to the database when half of the share is done
 * @param ending how it ends
 */
record Life(double share, List<Incident> incidents, Ending ending) {

  /** The share as a number of transactions: at least one, so that something happens. */
  int transactions(int left) {
    return Math.max(1, (int) (left * share));
  }

  /** How a worker ends. */
  sealed interface Ending {}

  /** Killed, a moment after its share of transactions is done. */
  record KilledAtMoment(Duration delay) implements Ending {}

  /**
   * Killed when a thread of it is at a named point.
   *
   * @param point the point's name
   * @param hit when, as a part of the share: 0 is the first transaction that comes there
   */
  record KilledAtPoint(String point, double hit) implements Ending {}

  /** Ends by itself, when all is placed and billed. */
  record Finished() implements Ending {}
}
