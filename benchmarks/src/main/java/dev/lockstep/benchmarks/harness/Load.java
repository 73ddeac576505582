package dev.lockstep.benchmarks.harness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;

/** Runs steps on several threads until the time is over, and measures each. */
public final class Load {
  private static final long HIGHEST_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int DIGITS = 3;

  /** What is done again and again. */
  @FunctionalInterface
  public interface Step {
    /**
     * Does it once.
     *
     * @return how many operations that was; 0 if nothing is left to do, which ends the thread's
     *     work
     */
    long run() throws Exception;
  }

  private Load() {}

  /**
   * Runs steps.
   *
   * @param threads how many threads
   * @param time how long
   * @param steps the step of each thread, by its number
   * @throws IllegalStateException if there was nothing to do at all, which is no measurement
   */
  public static Sample run(int threads, Duration time, IntFunction<Step> steps) throws Exception {
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Part>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Step step = steps.apply(i);
        Callable<Part> task =
            () -> {
              start.await();
              return repeat(step, time);
            };
        futures.add(executor.submit(task));
      }
      return sum(futures);
    } finally {
      executor.shutdownNow();
    }
  }

  private record Part(long operations, long began, long ended, Histogram latencies) {}

  private static Part repeat(Step step, Duration time) throws Exception {
    Histogram latencies = new Histogram(HIGHEST_NANOS, DIGITS);
    long began = System.nanoTime();
    long deadline = began + time.toNanos();
    long operations = 0;
    long last = began;
    while (last < deadline) {
      long done = step.run();
      if (done == 0) {
        break;
      }
      operations += done;
      long now = System.nanoTime();
      latencies.recordValue(Math.min(now - last, HIGHEST_NANOS));
      last = now;
    }
    return new Part(operations, began, last, latencies);
  }

  private static Sample sum(List<Future<Part>> futures) throws Exception {
    Histogram latencies = new Histogram(HIGHEST_NANOS, DIGITS);
    long operations = 0;
    long began = Long.MAX_VALUE;
    long ended = Long.MIN_VALUE;
    for (Future<Part> future : futures) {
      Part part = get(future);
      latencies.add(part.latencies());
      operations += part.operations();
      began = Math.min(began, part.began());
      ended = Math.max(ended, part.ended());
    }
    if (operations == 0) {
      throw new IllegalStateException(
          "a round in which nothing was done: there was no message within the patience of any"
              + " thread. Run it again on a machine that has less else to do");
    }
    return Sample.of(operations, ended - began, latencies);
  }

  private static Part get(Future<Part> future) throws Exception {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }
}
