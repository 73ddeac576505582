package dev.lockstep.examples.orders.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The real command in a process of its own, as somebody runs it. */
final class DemoProcess {
  private DemoProcess() {}

  /** How long one may run whose output is read meanwhile. */
  private static final Duration LIMIT = Duration.ofMinutes(4);

  /** What it printed and how it ended. */
  record Ended(int status, List<String> out, List<String> err) {}

  /** Runs it in an empty directory, which is where it works by default. */
  static Ended run(Path directory, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("demo", ".out");
    Path err = Files.createTempFile("demo", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command(arguments))
              .directory(directory.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      int status;
      try {
        status = process.waitFor();
      } finally {
        process.destroyForcibly();
      }
      return new Ended(status, lines(out), lines(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Starts it in an empty directory; its standard error is that of the test. */
  static Process start(Path directory, String... arguments) throws IOException {
    Process process =
        new ProcessBuilder(command(arguments))
            .directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    // Nothing else ends a read from its pipe: no interrupt does, and so no timeout of a test.
    CompletableFuture<Void> unused =
        process
            .onExit()
            .completeOnTimeout(process, LIMIT.toMillis(), TimeUnit.MILLISECONDS)
            .thenAccept(Process::destroyForcibly);
    return process;
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file, StandardCharsets.UTF_8);
  }

  private static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Demo.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }
}
