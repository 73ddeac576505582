package dev.lockstep.benchmarks.peers;

/**
 * Timers, by the million: each has a number that its owner has chosen, and is scheduled, and then
 * cancelled or expires. For one thread.
 */
public interface Timers extends AutoCloseable {
  /** How they are set up, for the report. */
  String setUp();

  /**
   * Schedules a timer.
   *
   * @param number what {@link #cancel} knows it by: no other pending one has it
   * @param delayMillis when it expires, from now
   */
  void schedule(int number, long delayMillis);

  /** Cancels a timer that is pending. */
  void cancel(int number);

  /** Waits until what was scheduled and cancelled is where it is to be. */
  default void settle() throws InterruptedException {}

  /**
   * Waits until all timers are due, and keeps them from expiring meanwhile.
   *
   * @param due when the last one is, by {@link System#nanoTime}
   */
  void ripen(long due) throws InterruptedException;

  /**
   * Has all timers expire, which are due.
   *
   * @return how many that were
   */
  int expire() throws InterruptedException;

  @Override
  void close();
}
