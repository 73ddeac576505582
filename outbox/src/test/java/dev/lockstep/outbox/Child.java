package dev.lockstep.outbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A process of the test's own, with its class path, and what it says. */
public final class Child implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final Process process;
  private final BufferedReader output;
  private final Queue<String> heard = new ConcurrentLinkedQueue<>();
  private Optional<ExecutorService> listener = Optional.empty();

  private Child(Process process) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  public static Child start(Class<?> main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dorg.jboss.logging.provider=slf4j",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    return new Child(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Has its lines read as it says them, so that it never waits for that. */
  public void listen() {
    listener = Optional.of(Executors.newSingleThreadExecutor());
    listener.get().execute(() -> output.lines().forEach(heard::add));
    listener.get().shutdown();
  }

  /** What was heard so far. */
  public List<String> heard() {
    return List.copyOf(heard);
  }

  /** What was heard up to its end, when it has ended. */
  public List<String> heardToTheEnd() throws InterruptedException {
    if (!listener.orElseThrow().awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the output of a process that is dead does not end");
    }
    return heard();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Says a line to it. */
  public void order(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Sends a signal. */
  public void signal(String name) throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    if (status != 0) {
      throw new IOException("kill -" + name + " has failed: " + status);
    }
  }

  /** Whether a signal has stopped it, which takes a moment. */
  public boolean isStopped() throws IOException {
    Process ps =
        new ProcessBuilder("ps", "-o", "state=", "-p", String.valueOf(process.pid())).start();
    return new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .strip()
        .startsWith("T");
  }

  /** The lines up to the end of the process. */
  public List<String> end() throws InterruptedException {
    List<String> lines = output.lines().toList();
    process.waitFor();
    return lines;
  }

  /** Waits for a line. */
  public void awaitLine(String line) {
    List<String> others = new ArrayList<>();
    for (String next = readLine(); !line.equals(next); next = readLine()) {
      if (next.isEmpty()) {
        throw new IllegalStateException("it ended behind " + others);
      }
      others.add(next);
    }
  }

  private String readLine() {
    try {
      String line = output.readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  public int status() {
    return process.exitValue();
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly(); // the process itself would close its output
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
