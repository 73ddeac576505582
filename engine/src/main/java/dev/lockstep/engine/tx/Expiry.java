package dev.lockstep.engine.tx;

import dev.lockstep.engine.delay.TimingWheel;
import dev.lockstep.engine.log.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Rolls back active branches whose time runs out: one thread a log, from the first deadline on. A
 * branch that ends in time costs an entry of a timing wheel, which is there already, and seldom
 * wakes anybody.
 */
final class Expiry {
  /** How long the thread trusts the clock, which may be set meanwhile. */
  private static final long LOOK_AGAIN_MILLIS = Duration.ofSeconds(1).toMillis();

  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  /** How many branches are rolled back before others may come or go again. */
  private static final int AT_ONCE = 100;

  private static final int FEW = 16;

  /** The value of an entry: its number says which branch it is. */
  private static final long NOTHING_ELSE = 0;

  private final CommitClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final TimingWheel deadlines;
  private final Thread thread = new Thread(this::run, "lockstep-expiry");

  /** The branches, by the numbers of their entries. */
  private @Nullable LogBranch[] branches = new LogBranch[FEW];

  private boolean started;
  private boolean closed;

  /** Until when the thread waits, by the clock as it was when it began to. */
  private long waitsUntil;

  /** A branch whose time has run out. */
  private record Due(LogBranch branch, long deadline, long millis) {}

  Expiry(CommitClock clock) {
    this.clock = clock;
    this.deadlines = new TimingWheel(clock.now());
    thread.setDaemon(true);
  }

  /**
   * Adds a deadline. The thread is woken only if it would come too late otherwise: where one branch
   * follows another, it is not called for each of them, though none is there in between.
   *
   * @param millis when the branch is to be rolled back, since the epoch
   * @return what stands for the deadline
   */
  long add(LogBranch branch, long millis) {
    lock.lock();
    try {
      if (closed) {
        return TimingWheel.NO_HANDLE; // the close rolls back what is active
      }
      long deadline = deadlines.insert(millis, NOTHING_ELSE);
      int number = TimingWheel.number(deadline);
      if (number >= branches.length) {
        branches = Arrays.copyOf(branches, Math.max(number + 1, branches.length << 1));
      }
      branches[number] = branch;
      if (!started) {
        started = true;
        thread.start();
      } else if (millis < waitsUntil) {
        changed.signal();
      }
      return deadline;
    } finally {
      lock.unlock();
    }
  }

  /** Removes a deadline, if it is still there. */
  void remove(long deadline) {
    lock.lock();
    try {
      if (deadlines.cancel(deadline)) {
        branches[TimingWheel.number(deadline)] = null;
      }
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
      while (!closed && (deadlines.size() == 0 || deadlines.nextDue() > clock.now())) {
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
      if (deadlines.size() == 0) {
        waitsUntil = Long.MAX_VALUE;
        changed.await();
      } else {
        long now = clock.now();
        long left = Math.max(1, Math.min(deadlines.nextDue() - now, LOOK_AGAIN_MILLIS));
        waitsUntil = now + left;
        boolean ignored = changed.await(left, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.interrupted(); // nobody does this for a reason; the caller looks at the state again
    }
  }

  /** Rolls back what is due now; when it returns, that is done, whoever did it. */
  synchronized void runDue() {
    List<Due> due = new ArrayList<>();
    boolean more = true;
    while (more) {
      lock.lock();
      try {
        more =
            !closed && deadlines.advance(clock.now(), AT_ONCE, (d, m, nothing) -> take(d, m, due));
      } finally {
        lock.unlock();
      }
      due.forEach(Expiry::expire);
      due.clear();
    }
  }

  private void take(long deadline, long millis, List<Due> due) {
    int number = TimingWheel.number(deadline);
    LogBranch branch = branches[number];
    if (branch != null) {
      due.add(new Due(branch, deadline, millis));
      branches[number] = null;
    }
  }

  private static void expire(Due due) {
    try {
      due.branch().expire(due.deadline(), due.millis());
    } catch (RuntimeException | Error e) { // the others' time runs out all the same
      LOGGER.log(
          System.Logger.Level.WARNING,
          "LSTP-0320: a callback of branch "
              + due.branch().id()
              + ", which took too long and is rolled back, threw; ignored",
          e);
    }
  }

  /** Ends the thread. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    Threads.join(thread);
  }
}
