package dev.lockstep.engine;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What went wrong on several threads of a test. Thread-safe. */
final class Failures {
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /** What a thread of a test does. */
  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }

  /** Runs a step, and keeps what it throws. */
  void run(Step step) {
    try {
      step.run();
    } catch (Exception | AssertionError e) {
      failures.add(e);
    }
  }

  /** A thread for a step. */
  Thread thread(Step step) {
    return new Thread(() -> run(step));
  }

  boolean isEmpty() {
    return failures.isEmpty();
  }

  /** Throws the first failure, if there is one. */
  void rethrow() {
    Throwable first = failures.peek();
    if (first instanceof RuntimeException failure) {
      throw failure;
    }
    if (first != null) {
      throw new AssertionError("a thread of the test failed", first);
    }
  }
}
