package dev.lockstep.engine.index;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * What makes the outcome of a transaction visible at one moment in all its partitions: outcomes are
 * applied under the write lock, and whoever looks at more than one partition does so under the read
 * lock. Those who wait for messages wait here. Thread-safe.
 */
public final class Visibility {
  private final ReentrantReadWriteLock outcomes = new ReentrantReadWriteLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final AtomicLong changes = new AtomicLong();
  private final AtomicInteger watchers = new AtomicInteger();
  private int waiting;

  /** Applies outcomes, and wakes those who wait. */
  public void apply(Runnable units) {
    outcomes.writeLock().lock();
    try {
      units.run();
    } finally {
      outcomes.writeLock().unlock();
    }
    wake();
  }

  /** Looks at a state in which every transaction is visible or not, as a whole. */
  public <T> T look(Supplier<T> look) {
    outcomes.readLock().lock();
    try {
      return look.get();
    } finally {
      outcomes.readLock().unlock();
    }
  }

  /** Somebody begins to look for something that may have to be waited for. */
  public void watch() {
    watchers.incrementAndGet();
  }

  /** The end of what {@link #watch} began. */
  public void unwatch() {
    watchers.decrementAndGet();
  }

  /** Whether somebody looks or waits for something. */
  public boolean isWatched() {
    return watchers.get() > 0;
  }

  /** A number that grows with every change; taken before a look, for {@link #await}. */
  public long changes() {
    return changes.get();
  }

  /** Wakes those who wait, to look again. */
  public void wake() {
    lock.lock();
    try {
      changes.incrementAndGet();
      if (waiting > 0) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a change.
   *
   * @param seen the number of changes before the look that found nothing
   * @param deadline when to give up, by {@link System#nanoTime()}
   * @return whether something has changed
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public boolean await(long seen, long deadline) throws InterruptedException {
    lock.lock();
    try {
      waiting++;
      try {
        while (changes.get() == seen) {
          long nanos = deadline - System.nanoTime();
          if (nanos <= 0) {
            return false;
          }
          changed.await(nanos, TimeUnit.NANOSECONDS);
        }
        return true;
      } finally {
        waiting--;
      }
    } finally {
      lock.unlock();
    }
  }
}
