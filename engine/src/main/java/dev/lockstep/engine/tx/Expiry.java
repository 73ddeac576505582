package dev.lockstep.engine.tx;

import dev.lockstep.engine.log.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Rolls back active branches whose time runs out: one thread a log, from the first deadline on. A
 * branch that ends in time costs two changes of a tree, and seldom wakes anybody.
 */
final class Expiry {
  /** How long the thread trusts the clock, which may be set meanwhile. */
  private static final long LOOK_AGAIN_MILLIS = Duration.ofSeconds(1).toMillis();

  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private final CommitClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final NavigableSet<Deadline> deadlines =
      new TreeSet<>(Comparator.comparingLong(Deadline::millis).thenComparing(Deadline::number));
  private final Thread thread = new Thread(this::run, "lockstep-expiry");
  private boolean started;
  private boolean closed;

  /** Until when the thread waits, by the clock as it was when it began to. */
  private long waitsUntil;

  /**
   * When a branch is to be rolled back.
   *
   * @param millis since the epoch
   * @param number the branch's
   * @param branch the branch
   */
  record Deadline(long millis, long number, LogBranch branch) {}

  Expiry(CommitClock clock) {
    this.clock = clock;
    thread.setDaemon(true);
  }

  /**
   * Adds a deadline. The thread is woken only if it would come too late otherwise: where one branch
   * follows another, it is not called for each of them, though none is there in between.
   */
  void add(Deadline deadline) {
    lock.lock();
    try {
      if (closed) {
        return; // the close rolls back what is active
      }
      deadlines.add(deadline);
      if (!started) {
        started = true;
        thread.start();
      } else if (deadline.millis() < waitsUntil) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Removes a deadline. */
  void remove(Deadline deadline) {
    lock.lock();
    try {
      deadlines.remove(deadline);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (awaitDue()) {
      runDue();
    }
  }

  private boolean awaitDue() {
    lock.lock();
    try {
      while (!closed && (deadlines.isEmpty() || deadlines.first().millis() > clock.now())) {
        await();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the caller has the loop
  private void await() {
    try {
      if (deadlines.isEmpty()) {
        waitsUntil = Long.MAX_VALUE;
        changed.await();
      } else {
        long now = clock.now();
        long left = Math.max(1, Math.min(deadlines.first().millis() - now, LOOK_AGAIN_MILLIS));
        waitsUntil = now + left;
        boolean ignored = changed.await(left, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.interrupted(); // nobody does this for a reason; the caller looks at the state again
    }
  }

  /** Rolls back what is due now; when it returns, that is done, whoever did it. */
  synchronized void runDue() {
    List<Deadline> due = new ArrayList<>();
    lock.lock();
    try {
      while (!deadlines.isEmpty() && deadlines.first().millis() <= clock.now()) {
        due.add(deadlines.pollFirst());
      }
    } finally {
      lock.unlock();
    }
    for (Deadline deadline : due) {
      try {
        deadline.branch().expire(deadline);
      } catch (RuntimeException | Error e) { // the others' time runs out all the same
        LOGGER.log(
            System.Logger.Level.WARNING,
            "LSTP-0320: a callback of branch "
                + deadline.branch().id()
                + ", which took too long and is rolled back, threw; ignored",
            e);
      }
    }
  }

  /** Ends the thread. */
  void close() {
    lock.lock();
    try {
      closed = true;
      deadlines.clear();
      changed.signal();
    } finally {
      lock.unlock();
    }
    Threads.join(thread);
  }
}
