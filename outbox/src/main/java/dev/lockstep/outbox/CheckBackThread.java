package dev.lockstep.outbox;

import dev.lockstep.LockstepException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread of check-back: does what it is given, after what is urgent, and gives the
 * connection back when nothing was to be done for a while. Thread-safe.
 */
final class CheckBackThread {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private static final Duration IDLE_AFTER = Duration.ofSeconds(2);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final CheckBackConnection connection;
  private final Runnable urgent;
  private final ScheduledThreadPoolExecutor executor;

  /** Of the thread alone. */
  private boolean idleIsPlanned;

  /**
   * A thread that has nothing to do.
   *
   * @param name the name of its database
   * @param connection its connection
   * @param urgent what it does before all else that it does
   */
  CheckBackThread(String name, CheckBackConnection connection, Runnable urgent) {
    this.connection = connection;
    this.urgent = urgent;
    this.executor =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread made = new Thread(work, "lockstep-check-back-" + name);
              made.setDaemon(true);
              return made;
            });
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Does something as soon as it can. */
  void perform(Runnable work) {
    try {
      executor.execute(() -> guarded(work));
    } catch (RejectedExecutionException e) {
      LOGGER.log(Level.DEBUG, "check-back is closed", e);
    }
  }

  /** Does something later. */
  void plan(Duration delay, Runnable work) {
    try {
      var unused = executor.schedule(() -> guarded(work), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOGGER.log(Level.DEBUG, "check-back is closed", e);
    }
  }

  /** Ends it: what it is doing is broken off if it takes too long. */
  void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        connection.abort();
      }
    } catch (InterruptedException e) {
      connection.abort();
      Thread.currentThread().interrupt();
    }
  }

  private void guarded(Runnable work) {
    try {
      urgent.run();
      work.run();
    } catch (LockstepException e) {
      LOGGER.log(Level.DEBUG, "the log is closed, or has failed and says so itself", e);
    } catch (RuntimeException e) {
      LOGGER.log(Level.ERROR, "LSTP-0931: check-back failed where it never should; it goes on", e);
    }
    if (!idleIsPlanned && connection.isOpen()) {
      idleIsPlanned = true;
      plan(IDLE_AFTER, this::rest);
    }
  }

  private void rest() {
    idleIsPlanned = false;
    connection.giveBackAfter(IDLE_AFTER); // else it is planned again
  }
}
