package dev.lockstep.benchmarks.halfmessage;

import dev.lockstep.benchmarks.harness.Benchmark;
import java.util.List;

/** The benchmarks of the suite {@code half-message}. */
public final class HalfMessageSuite {
  private HalfMessageSuite() {}

  /** In the order in which they run. */
  public static List<Benchmark> benchmarks() {
    return List.of(new RowAndHalfMessage(), new SendToReceive());
  }
}
