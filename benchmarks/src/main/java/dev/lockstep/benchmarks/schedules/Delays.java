package dev.lockstep.benchmarks.schedules;

import java.time.Duration;
import java.util.Random;

/** Delays that are spread evenly. */
final class Delays {
  private static final long SEED = 20250101;

  private final long least;
  private final int width;
  private final Random random = new Random(SEED);

  /** From one on, and less than another. */
  Delays(Duration from, Duration to) {
    least = from.toMillis();
    width = Math.toIntExact(to.toMillis() - least);
  }

  /** The next one, in milliseconds. */
  long next() {
    return least + random.nextInt(width);
  }
}
