package dev.lockstep.examples.orders.demo;

import java.time.Duration;
import java.util.List;

/**
 * What one worker will see between its start and its end.
 *
 * @param share of the orders that are missing when it starts, those it may place; from 0 to 1
 * @param incidents what happens to the database when half of that is done
 * @param ending how it ends
 */
record Life(double share, List<Incident> incidents, Ending ending) {
  /** So that what is to happen after its share happens before its end. */
  private static final int SPARE_ORDERS = 4;

  /** How many orders it may place: no more, so that something is left for later lives. */
  int allowance(int missing) {
    return ending instanceof Finished ? missing : share(missing) + SPARE_ORDERS;
  }

  /** How many transactions are its share; at least one, so that something happens. */
  int transactions(int missing) {
    return Math.max(1, 2 * share(missing));
  }

  private int share(int missing) {
    return (int) (missing * share);
  }

  /** How a worker ends. */
  sealed interface Ending {}

  /** Killed, a moment after its share of transactions is done. */
  record KilledAtMoment(Duration delay) implements Ending {}

  /**
   * Killed when a thread of it is at a named point.
   *
   * @param point the point's name
   * @param hit when, as a part of its transactions: 0 is the first one that comes there
   */
  record KilledAtPoint(String point, double hit) implements Ending {
    /** By the how manieth transaction it is killed: early enough for points that few come to. */
    int passing(int transactions) {
      return 1 + (int) (transactions * hit / 3);
    }
  }

  /** Ends by itself, when all is placed and billed. */
  record Finished() implements Ending {}
}
