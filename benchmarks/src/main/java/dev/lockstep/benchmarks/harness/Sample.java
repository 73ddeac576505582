package dev.lockstep.benchmarks.harness;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * What one round of one subject gave.
 *
 * @param rate operations a second
 * @param p50 the median latency of a step
 * @param p99 the latency that one step in a hundred exceeds
 * @param operations how many operations there were
 */
public record Sample(double rate, Duration p50, Duration p99, long operations) {
  /** So many operations in so much time; the latencies are those of the steps. */
  public static Sample of(long operations, long nanos, Histogram latencies) {
    return new Sample(
        operations * 1e9 / nanos,
        Duration.ofNanos(latencies.getValueAtPercentile(50)),
        Duration.ofNanos(latencies.getValueAtPercentile(99)),
        operations);
  }
}
