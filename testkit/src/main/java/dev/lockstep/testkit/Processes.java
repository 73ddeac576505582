package dev.lockstep.testkit;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for processes to end. */
final class Processes {
  private static final Duration PAUSE = Duration.ofMillis(20);

  private Processes() {}

  /** Waits for a child of this process; true if it has ended within the time. */
  static boolean ended(Process child, Duration limit) {
    try {
      return child.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Waits for any processes; true if all of them have ended within the time. */
  static boolean awaitGone(List<ProcessHandle> processes, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    for (ProcessHandle process : processes) {
      while (!isGone(process)) {
        if (System.nanoTime() > deadline) {
          return false;
        }
        pause(process);
      }
    }
    return true;
  }

  /** A process that nobody has waited for has a number still, but no program. */
  private static boolean isGone(ProcessHandle process) {
    return !process.isAlive() || process.info().command().isEmpty();
  }

  private static void pause(ProcessHandle process) {
    try {
      process.onExit().get(PAUSE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return;
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot wait for process " + process.pid(), e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while waiting for a process", e);
  }
}
