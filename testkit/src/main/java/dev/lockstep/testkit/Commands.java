package dev.lockstep.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Short-lived programs: run, wait, look at how they ended. */
final class Commands {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** How a program ended, and what it wrote. */
  record Result(int status, String output) {
    boolean succeeded() {
      return status == 0;
    }
  }

  private Commands() {}

  static Result run(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
              .start();
      try {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
          throw new IllegalStateException(command + " did not end within " + LIMIT);
        }
        return new Result(process.exitValue(), output.strip());
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + command, e);
    }
  }

  /** Whether the program exists and succeeds. */
  static boolean works(List<String> command) {
    try {
      return run(command).succeeded();
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** Sends a signal; a process that is gone already is no error. */
  static void signal(String name, long pid) {
    run(List.of("sh", "-c", "kill -" + name + " \"$0\" 2>/dev/null || true", Long.toString(pid)));
  }
}
