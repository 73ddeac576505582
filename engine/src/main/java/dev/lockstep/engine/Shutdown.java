package dev.lockstep.engine;

import dev.lockstep.LogFailedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Takes every step of a close, whatever the steps before it did, and throws once at the end. */
final class Shutdown {
  private final Path directory;
  private final List<Exception> failures = new ArrayList<>();

  Shutdown(Path directory) {
    this.directory = directory;
  }

  /** A step of a close. */
  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }

  void step(Step step) {
    try {
      step.run();
    } catch (Exception e) {
      failures.add(e);
    }
  }

  List<Exception> failures() {
    return List.copyOf(failures);
  }

  void finish() {
    failures.removeIf(LogFailedException.class::isInstance); // known since it failed
    if (!failures.isEmpty()) {
      LogFailedException failure =
          new LogFailedException(
              "closing the log in "
                  + directory
                  + " failed: "
                  + failures.get(0)
                  + "; the next open recovers it, nothing that was committed is lost",
              failures.get(0));
      failures.stream().skip(1).forEach(failure::addSuppressed);
      throw failure;
    }
  }
}
