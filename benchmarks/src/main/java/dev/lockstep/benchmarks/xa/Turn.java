package dev.lockstep.benchmarks.xa;

import dev.lockstep.benchmarks.harness.Sample;
import java.time.Duration;

/**
 * What a contender's process tells of one of its turns, in a line.
 *
 * @param sample what it gave
 * @param forces how often a log was forced meanwhile
 */
record Turn(Sample sample, long forces) {
  static Turn parse(String line) {
    String[] parts = line.split(" ", -1);
    return new Turn(
        new Sample(
            Double.parseDouble(parts[0]),
            Duration.ofNanos(Long.parseLong(parts[1])),
            Duration.ofNanos(Long.parseLong(parts[2])),
            Long.parseLong(parts[3])),
        Long.parseLong(parts[4]));
  }

  String line() {
    return sample.rate()
        + " "
        + sample.p50().toNanos()
        + " "
        + sample.p99().toNanos()
        + " "
        + sample.operations()
        + " "
        + forces;
  }
}
