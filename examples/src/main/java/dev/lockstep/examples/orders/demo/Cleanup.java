package dev.lockstep.examples.orders.demo;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What to undo at the end, latest first: by the end of the program, or by Ctrl-C, whichever comes
 * first. Thread-safe.
 */
final class Cleanup implements AutoCloseable {
  private final Deque<Runnable> steps = new ArrayDeque<>();
  private final Thread hook = new Thread(this::interrupt, "cleanup");
  private boolean interrupted;

  Cleanup() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Adds a step; at once, if the end has come already. */
  synchronized void add(Runnable step) {
    if (interrupted) {
      step.run();
    } else {
      steps.push(step);
    }
  }

  /** Whether the program was ended from outside. */
  synchronized boolean interrupted() {
    return interrupted;
  }

  private synchronized void interrupt() {
    interrupted = true;
    runAll();
  }

  @Override
  public synchronized void close() {
    if (!interrupted) {
      Runtime.getRuntime().removeShutdownHook(hook);
      runAll();
    }
  }

  /** Every step is tried: a database that can't be reached must not keep the directory. */
  private void runAll() {
    while (!steps.isEmpty()) {
      try {
        steps.pop().run();
      } catch (RuntimeException e) {
        System.err.println("demo: while cleaning up: " + e.getMessage());
      }
    }
  }
}
