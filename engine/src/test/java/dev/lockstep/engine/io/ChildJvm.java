package dev.lockstep.engine.io;

import dev.lockstep.DirectoryHeldException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Another process that opens a directory and holds it until it is told to end, or killed. */
final class ChildJvm implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final Process process;
  private final String answer;

  private ChildJvm(Process process, String answer) {
    this.process = process;
    this.answer = answer;
  }

  static ChildJvm open(Path directory) throws IOException {
    String classPath =
        String.join(
            System.getProperty("path.separator"),
            List.of(
                root(DirectoryStorage.class).toString(),
                root(DirectoryHeldException.class).toString(),
                root(ChildJvm.class).toString()));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                ChildJvm.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    Children.limited(process, LIMIT);
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    return new ChildJvm(process, Objects.requireNonNullElse(output.readLine(), "no answer"));
  }

  /** What became of the opening: "opened" and the path, or the exception. */
  String answer() {
    return answer;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Lets it close the directory and end. */
  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      awaitEnd();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void awaitEnd() throws InterruptedException {
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the other process does not end");
    }
  }

  static Path root(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Opens the directory, says so, and holds it until its input ends. */
  public static void main(String[] arguments) throws IOException {
    try (DirectoryStorage storage = DirectoryStorage.open(Path.of(arguments[0]))) {
      say("opened " + storage.location());
      while (System.in.read() >= 0) {
        // Only the end of the input matters.
      }
    } catch (RuntimeException e) {
      say(e.toString());
    }
  }

  @SuppressWarnings("SystemOut") // It is the way to the parent process.
  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
