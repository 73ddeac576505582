package dev.lockstep.benchmarks.harness;

/** A few comparisons that belong together. */
public interface Benchmark {
  /** What {@code --only} calls it. */
  String name();

  /** What it measures, in a line. */
  String description();

  /** Whether it starts servers of the peers, which a smoke test does without. */
  default boolean startsServers() {
    return false;
  }

  /** Runs it. */
  void run(Session session) throws Exception;
}
