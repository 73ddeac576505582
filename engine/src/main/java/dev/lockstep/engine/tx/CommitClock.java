package dev.lockstep.engine.tx;

import java.time.Clock;

/** The time of commits: wall-clock time that never goes back, also over a restart. Thread-safe. */
public final class CommitClock {
  private final Clock clock;
  private long last;

  public CommitClock(Clock clock) {
    this.clock = clock;
  }

  /** The wall-clock time, in milliseconds since the epoch; it may go back. */
  long now() {
    return clock.millis();
  }

  /** The time for the next commit frame, in log order. */
  synchronized long next() {
    last = Math.max(last, clock.millis());
    return last;
  }

  /** A time that a replayed frame or a checkpoint has. */
  public synchronized void observe(long time) {
    last = Math.max(last, time);
  }

  /** The latest time that was given or observed. */
  public synchronized long latest() {
    return last;
  }
}
