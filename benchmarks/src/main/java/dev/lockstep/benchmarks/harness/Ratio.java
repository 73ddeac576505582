package dev.lockstep.benchmarks.harness;

import java.util.Locale;

/**
 * A figure and its goal.
 *
 * @param name what stands for it in the output
 * @param value the figure
 * @param better which direction is better
 * @param goal what it is to reach
 * @param of what is compared with what, for people
 */
public record Ratio(String name, double value, Better better, double goal, String of) {
  /** Which direction is better. */
  public enum Better {
    /** The goal is a minimum. */
    HIGHER,
    /** The goal is a maximum. */
    LOWER
  }

  /** A figure that is to reach its goal. */
  public static Ratio atLeast(String name, double value, double goal, String of) {
    return new Ratio(name, value, Better.HIGHER, goal, of);
  }

  /** A figure that is not to exceed its goal. */
  public static Ratio atMost(String name, double value, double goal, String of) {
    return new Ratio(name, value, Better.LOWER, goal, of);
  }

  /** Whether the goal is met. */
  public boolean isMet() {
    return better == Better.HIGHER ? value >= goal : value <= goal;
  }

  /** The line for standard output. */
  public String line() {
    return String.format(
        Locale.ROOT,
        "RATIO name=%s value=%.2f goal=%.2f better=%s met=%s",
        name,
        value,
        goal,
        better.name().toLowerCase(Locale.ROOT),
        isMet() ? "yes" : "no");
  }
}
