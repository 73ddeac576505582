package dev.lockstep.engine.jmx;

import java.util.Arrays;

/** The last durations of one kind, and their percentiles. Thread-safe. */
final class RecentDurations {
  private static final int KEPT = 1024;

  private final long[] micros = new long[KEPT];
  private long count;
  private long total;
  private long max;

  synchronized void add(long nanos) {
    long value = nanos / 1000;
    micros[(int) (count % KEPT)] = value;
    count++;
    total += value;
    max = Math.max(max, value);
  }

  synchronized long count() {
    return count;
  }

  synchronized long totalMicros() {
    return total;
  }

  synchronized long maxMicros() {
    return max;
  }

  /** The smallest of the last durations that is not exceeded by so many percent of them. */
  long percentileMicros(int percent) {
    long[] recent = recent();
    if (recent.length == 0) {
      return 0;
    }
    Arrays.sort(recent);
    return recent[(recent.length * percent + 99) / 100 - 1];
  }

  private synchronized long[] recent() {
    return Arrays.copyOf(micros, (int) Math.min(count, KEPT));
  }
}
