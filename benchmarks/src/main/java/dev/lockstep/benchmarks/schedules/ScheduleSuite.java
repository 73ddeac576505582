package dev.lockstep.benchmarks.schedules;

import dev.lockstep.benchmarks.harness.Benchmark;
import java.util.List;

/** The benchmarks of the suite {@code schedules}. */
public final class ScheduleSuite {
  private ScheduleSuite() {}

  /** In the order in which they run. */
  public static List<Benchmark> benchmarks() {
    return List.of(new WheelAlone());
  }
}
