package dev.lockstep.cli;

import dev.lockstep.engine.inspect.Progress;
import java.io.PrintWriter;
import java.util.Locale;

/** Tells of each tenth of a step, so that a log of it stays short. */
final class ConsoleProgress implements Progress {
  private static final int PARTS = 10;

  private final PrintWriter err;
  private Step current = Step.FRAMES;
  private long told;

  ConsoleProgress(PrintWriter err) {
    this.err = err;
  }

  @Override
  public void at(Step step, long done, long total) {
    if (step != current) {
      current = step;
      told = 0;
    }
    long part = total == 0 ? PARTS : Math.min(PARTS, done * PARTS / total);
    if (part > told) {
      told = part;
      err.println(step.name().toLowerCase(Locale.ROOT) + ": " + part * (100 / PARTS) + "%");
    }
  }
}
