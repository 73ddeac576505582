package dev.lockstep.examples.orders.demo;

import dev.lockstep.examples.orders.worker.Announcer;
import dev.lockstep.examples.orders.worker.Worker;
import dev.lockstep.examples.orders.worker.WorkerArguments;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** A worker in a process of its own. One thread watches what it prints; one other may wait here. */
final class WorkerProcess implements AutoCloseable {
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(90);

  private final Process process;
  private final Path errors;
  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean ready;
  private boolean ended;
  private Optional<String> parkedAt = Optional.empty();
  private int placed;
  private int billed;
  private int retries;
  private String latestFailure = "none";
  private long heardAt = System.nanoTime();

  private WorkerProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
  }

  /**
   * Starts a worker.
   *
   * @param arguments what it is told
   * @param errors the file that its standard error goes to
   */
  static WorkerProcess start(WorkerArguments arguments, Path errors) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // It lives for a second or two: what matters is that it starts quickly.
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-Dorg.jboss.logging.provider=slf4j"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Worker.class.getName());
    command.addAll(arguments.toCommandLine());
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
              .start();
      WorkerProcess worker = new WorkerProcess(process, errors);
      Thread reader = new Thread(worker::listen, "worker-" + process.pid());
      reader.setDaemon(true);
      reader.start();
      return worker;
    } catch (IOException e) {
      throw new DemoException("cannot start a worker: " + e.getMessage(), e);
    }
  }

  private void listen() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String heard = line;
        change(() -> note(heard));
      }
    } catch (IOException e) {
      // A killed process breaks the pipe; its end is noted below.
      change(() -> ended = true);
    }
    change(() -> ended = true);
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void note(String line) {
    if (line.startsWith(Announcer.RETRY)) {
      // No progress: who only ever tries again is stuck.
      retries++;
      latestFailure = line.substring(Announcer.RETRY.length());
      return;
    }
    heardAt = System.nanoTime();
    if (line.startsWith(Announcer.PLACED)) {
      placed++;
    } else if (line.startsWith(Announcer.BILLED)) {
      billed++;
    } else if (line.startsWith(Announcer.KILL_POINT)) {
      parkedAt = Optional.of(line.substring(Announcer.KILL_POINT.length()).strip());
    } else if (line.equals(Announcer.READY)) {
      ready = true;
    }
  }

  /** Waits until it has recovered; false if it reaches its kill point or ends before. */
  boolean awaitReady() {
    return await(() -> ready);
  }

  /** Waits until it has completed that many transactions; false if it ends before. */
  boolean awaitTransactions(int transactions) {
    return await(() -> placed + billed >= transactions);
  }

  /** Waits until a thread of it is at its kill point; false if it ends before. */
  boolean awaitPoint() {
    return await(() -> parkedAt.isPresent());
  }

  private boolean await(BooleanSupplier condition) {
    lock.lock();
    try {
      while (!condition.getAsBoolean() && !ended) {
        if (!changed.await(1, TimeUnit.SECONDS)
            && System.nanoTime() - heardAt > LONGEST_SILENCE.toNanos()) {
          throw new DemoException(
              "the worker has made no progress for "
                  + LONGEST_SILENCE.toSeconds()
                  + " s; its latest failure: "
                  + latestFailure
                  + "; its errors are in "
                  + errors);
        }
      }
      return condition.getAsBoolean();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted while waiting for a worker", e);
    } finally {
      lock.unlock();
    }
  }

  /** Kills it (SIGKILL), if it still runs then, after a delay; false if it has ended before. */
  boolean kill(Duration delay) {
    try {
      boolean alive = !process.waitFor(delay.toNanos(), TimeUnit.NANOSECONDS);
      process.destroyForcibly().waitFor();
      await(() -> ended);
      return alive;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted while killing a worker", e);
    }
  }

  /** Waits until it has ended by itself, with status 0. */
  void awaitSuccess() {
    await(() -> ended);
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new DemoException("a worker ended with status " + status + ": " + lastError());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted while waiting for a worker", e);
    }
  }

  private String lastError() {
    try {
      List<String> lines = Files.readAllLines(errors);
      return lines.stream()
              .filter(line -> line.contains("Exception") || line.contains("Error"))
              .reduce((earlier, later) -> later)
              .orElse("it printed no exception")
          + " (see "
          + errors
          + ")";
    } catch (IOException e) {
      return "its errors in " + errors + " can't be read: " + e.getMessage();
    }
  }

  /** How many orders it has placed. */
  int placed() {
    return read(() -> placed);
  }

  /** How many orders it has billed. */
  int billed() {
    return read(() -> billed);
  }

  /** How many attempts failed and were repeated. */
  int retries() {
    return read(() -> retries);
  }

  private int read(IntSupplier counter) {
    lock.lock();
    try {
      return counter.getAsInt();
    } finally {
      lock.unlock();
    }
  }

  /** Kills it if it still runs. */
  @Override
  public void close() {
    process.destroyForcibly();
  }
}
