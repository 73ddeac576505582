package dev.lockstep.benchmarks.engine;

import dev.lockstep.benchmarks.harness.Benchmark;
import java.util.List;

/** The benchmarks of the suite {@code engine}. */
public final class EngineSuite {
  private EngineSuite() {}

  /** In the order in which they run. */
  public static List<Benchmark> benchmarks() {
    return List.of(
        new DurableTransactions(),
        new UnforcedAppends(),
        new ConsumeTransformProduce(),
        new Reopening(),
        new CheckpointStalls(),
        new WriteAmplification(),
        new Allocation());
  }
}
