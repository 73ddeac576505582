package dev.lockstep.benchmarks.harness;

import java.math.BigDecimal;
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
  private static final int MIN_DIGITS = 2;
  private static final int MAX_DIGITS = 17;

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
    return "RATIO name="
        + name
        + " value="
        + valueText()
        + " goal="
        + goalText()
        + " better="
        + better.name().toLowerCase(Locale.ROOT)
        + " met="
        + (isMet() ? "yes" : "no");
  }

  /** The figure. */
  String valueText() {
    return text(value, digits());
  }

  /** The goal. */
  String goalText() {
    return text(goal, digits());
  }

  /** As few as leave it to be seen which of the two is larger. */
  private int digits() {
    int digits = MIN_DIGITS;
    while (digits < MAX_DIGITS
        && new BigDecimal(text(value, digits)).compareTo(new BigDecimal(text(goal, digits)))
            != Double.compare(value, goal)) {
      digits++;
    }
    return digits;
  }

  private static String text(double number, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", number);
  }
}
