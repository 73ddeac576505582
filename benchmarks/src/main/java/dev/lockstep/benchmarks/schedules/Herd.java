package dev.lockstep.benchmarks.schedules;

import dev.lockstep.benchmarks.harness.Sample;
import dev.lockstep.benchmarks.harness.Subject;
import dev.lockstep.benchmarks.peers.Timers;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/** Timers that all wait until the last one is due, and expire then. A round is one herd. */
final class Herd implements Subject {
  private static final long HIGHEST_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int DIGITS = 3;

  private final Timers timers;
  private final int size;
  private final Duration from;
  private final Duration to;

  /**
   * A herd.
   *
   * @param from when the first one is due, after it is scheduled; time enough to schedule all
   * @param to when the last one is
   */
  Herd(Timers timers, int size, Duration from, Duration to) {
    this.timers = timers;
    this.size = size;
    this.from = from;
    this.to = to;
  }

  @Override
  public void prepare(Duration time) throws Exception {
    Delays delays = new Delays(from, to);
    for (int i = 0; i < size; i++) {
      timers.schedule(i, delays.next());
    }
    timers.ripen(System.nanoTime() + to.toNanos());
  }

  @Override
  public Sample run(Duration time) throws Exception {
    long began = System.nanoTime();
    int expired = timers.expire();
    long took = System.nanoTime() - began;
    Histogram once = new Histogram(HIGHEST_NANOS, DIGITS);
    once.recordValue(Math.min(took, HIGHEST_NANOS));
    return Sample.of(expired, took, once);
  }
}
