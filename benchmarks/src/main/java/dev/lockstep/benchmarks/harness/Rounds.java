package dev.lockstep.benchmarks.harness;

import java.time.Duration;

/**
 * How long things are measured.
 *
 * @param count how many rounds each subject has, beside one to warm up
 * @param length the length of a round, which a comparison may multiply
 */
public record Rounds(int count, Duration length) {
  /** What the figures of a report are made with. */
  public static final Rounds FULL = new Rounds(5, Duration.ofMillis(1500));

  /** One short round: shows that everything works, and nothing else. */
  public static final Rounds QUICK = new Rounds(1, Duration.ofMillis(100));
}
