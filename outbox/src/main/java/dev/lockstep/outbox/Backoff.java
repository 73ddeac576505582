package dev.lockstep.outbox;

import java.time.Duration;

/** How long to wait before something is tried again. */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(50);
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final int MAX_DOUBLINGS = 20;

  private Backoff() {}

  /** The delay after so many failures in a row. */
  static Duration after(int failures) {
    Duration delay = FIRST.multipliedBy(1L << Math.min(failures, MAX_DOUBLINGS));
    return delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
  }
}
