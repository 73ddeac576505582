package dev.lockstep.benchmarks.xa;

import dev.lockstep.benchmarks.harness.Load.Step;

/** What takes part in a transaction beside the row. */
interface Other extends AutoCloseable {
  /** What a thread does in a transaction that has begun. */
  Step open() throws Exception;

  /** How often a log was forced. */
  default long forces() {
    return 0;
  }

  @Override
  void close();
}
