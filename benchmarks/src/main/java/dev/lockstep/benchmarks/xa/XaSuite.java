package dev.lockstep.benchmarks.xa;

import dev.lockstep.benchmarks.harness.Benchmark;
import java.util.List;

/** The benchmarks of the suite {@code xa}. */
public final class XaSuite {
  private XaSuite() {}

  /** In the order in which they run. */
  public static List<Benchmark> benchmarks() {
    return List.of(new RowAndMessage());
  }
}
