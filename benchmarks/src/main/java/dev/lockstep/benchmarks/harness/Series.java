package dev.lockstep.benchmarks.harness;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The rounds of one subject.
 *
 * @param name the subject
 * @param samples its rounds, in order
 */
public record Series(String name, List<Sample> samples) {
  /** The median of the rates. */
  public double rate() {
    return median(Sample::rate);
  }

  /** The median of the median latencies. */
  public Duration p50() {
    return Duration.ofNanos((long) median(sample -> sample.p50().toNanos()));
  }

  /** The median of the 99th percentiles. */
  public Duration p99() {
    return Duration.ofNanos((long) median(sample -> sample.p99().toNanos()));
  }

  /** The median of something over the rounds. */
  public double median(ToDoubleFunction<Sample> value) {
    return median(samples.stream().mapToDouble(value).toArray());
  }

  /**
   * A percentile of numbers: one of them, and the largest where they are too few to tell.
   *
   * @param percent which one
   * @param values at least one
   */
  public static double percentile(double percent, double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.ceil(percent / 100 * sorted.length) - 1];
  }

  /** The median of numbers: of two in the middle, the mean. */
  public static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
