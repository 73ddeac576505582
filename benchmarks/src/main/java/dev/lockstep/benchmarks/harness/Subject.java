package dev.lockstep.benchmarks.harness;

import java.time.Duration;

/** One side of a comparison. */
public interface Subject {
  /** Makes ready what a round of that length consumes; not measured. */
  default void prepare(Duration time) throws Exception {}

  /** Runs for about that long. */
  Sample run(Duration time) throws Exception;
}
