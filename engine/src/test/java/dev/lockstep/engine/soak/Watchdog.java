package dev.lockstep.engine.soak;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Ends a process that hangs, and says where. */
final class Watchdog {
  private static final Duration GRACE = Duration.ofMinutes(5);
  private static final int STATUS = 3;

  private Watchdog() {}

  /** When a run of so much time must have ended, with all that comes before and behind. */
  static Duration limit(Duration time) {
    return time.plus(GRACE);
  }

  /** Watches this process. */
  static void start(Duration limit) {
    CompletableFuture<Void> unused =
        CompletableFuture.runAsync(
            () -> bark(limit),
            CompletableFuture.delayedExecutor(
                limit.toMillis(), TimeUnit.MILLISECONDS, Watchdog::thread));
  }

  private static void thread(Runnable task) {
    new Thread(task, "watchdog").start();
  }

  private static void bark(Duration limit) {
    System.out.println("soak: FAILED, it has not ended after " + limit);
    Thread.getAllStackTraces()
        .forEach(
            (thread, frames) -> {
              System.out.println(thread.getName() + ", " + thread.getState());
              for (StackTraceElement frame : frames) {
                System.out.println("    at " + frame);
              }
            });
    System.out.flush();
    Runtime.getRuntime().halt(STATUS);
  }
}
