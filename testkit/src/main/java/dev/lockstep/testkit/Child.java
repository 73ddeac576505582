package dev.lockstep.testkit;

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

/**
 * A process of the test's own, with its class path, and what it says: its output and errors in one.
 * Either the test reads that, line by line, or {@link #listen} does. Not thread-safe.
 */
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

  /**
   * Starts a process.
   *
   * @param main its main class
   * @param arguments its arguments
   * @return the process
   * @throws IOException if it can't be started
   */
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

  /**
   * What was heard so far.
   *
   * @return the lines
   */
  public List<String> heard() {
    return List.copyOf(heard);
  }

  /**
   * What was heard up to its end, when it has ended.
   *
   * @return the lines
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public List<String> heardToTheEnd() throws InterruptedException {
    if (!listener.orElseThrow().awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the output of a process that is dead does not end");
    }
    return heard();
  }

  /**
   * The next line, which must begin as given.
   *
   * @param beginning how it begins
   * @return the rest of it
   * @throws IOException if it can't be read
   */
  public String expect(String beginning) throws IOException {
    String line = output.readLine();
    if (line == null || !line.startsWith(beginning)) {
      throw new AssertionError("the process should say '" + beginning + "', and says: " + line);
    }
    return line.substring(beginning.length());
  }

  /**
   * Reads up to a line.
   *
   * @param line the line
   * @throws IOException if it can't be read
   */
  public void awaitLine(String line) throws IOException {
    List<String> others = new ArrayList<>();
    for (String next = output.readLine(); !line.equals(next); next = output.readLine()) {
      if (next == null) {
        throw new IllegalStateException("it ended behind " + others);
      }
      others.add(next);
    }
  }

  /**
   * The lines that nobody has read, up to its end, which may be of any kind.
   *
   * @return the lines
   */
  public List<String> rest() {
    return output.lines().toList();
  }

  /**
   * The lines that nobody has read, up to its end, which must be an orderly one.
   *
   * @return the lines
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public List<String> end() throws InterruptedException {
    List<String> rest = rest();
    int status = status();
    if (status != 0) {
      throw new AssertionError("status " + status + " of a process that said " + rest);
    }
    return rest;
  }

  /**
   * Its status, when it has ended.
   *
   * @return the status, 137 if it was killed
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public int status() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("a process that says nothing more does not end");
    }
    return process.exitValue();
  }

  /**
   * Whether it has not ended.
   *
   * @return whether it is alive
   */
  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Says a line to it.
   *
   * @param line the line
   * @throws IOException if it does not listen
   */
  public void order(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /**
   * Sends a signal.
   *
   * @param name its name, for instance STOP
   * @throws IOException if it could not be sent
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public void signal(String name) throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    if (status != 0) {
      throw new IOException("kill -" + name + " has failed: " + status);
    }
  }

  /**
   * Whether a signal has stopped it, which takes a moment.
   *
   * @return whether it has
   * @throws IOException if nobody knows
   */
  public boolean isStopped() throws IOException {
    Process ps =
        new ProcessBuilder("ps", "-o", "state=", "-p", String.valueOf(process.pid())).start();
    return new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .strip()
        .startsWith("T");
  }

  /**
   * SIGKILL. What it has said can be read still.
   *
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly(); // the process itself would close its output
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
