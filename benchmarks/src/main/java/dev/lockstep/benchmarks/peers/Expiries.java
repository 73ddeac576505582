package dev.lockstep.benchmarks.peers;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Counts timers that expire on the thread of a peer, for the one that waits for them. */
final class Expiries {
  private static final Duration LOOK_AGAIN = Duration.ofNanos(50_000);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final AtomicInteger expired = new AtomicInteger();

  /** One has expired. */
  void count() {
    expired.incrementAndGet();
  }

  /** How many have expired since the last one of all had. */
  int soFar() {
    return expired.get();
  }

  /** Waits until so many have expired, and counts from zero again. */
  void awaitAll(int timers) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (expired.get() < timers) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "only " + expired + " of " + timers + " timers have expired within " + PATIENCE);
      }
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
    expired.set(0);
  }

  /** Waits for a thread of a peer. */
  static void await(CountDownLatch latch) throws InterruptedException {
    if (!latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("a timer that is due has not expired within " + PATIENCE);
    }
  }

  /** Waits until a time by {@link System#nanoTime}. */
  static void awaitTime(long time) {
    long left = time - System.nanoTime();
    while (left > 0) {
      LockSupport.parkNanos(left);
      left = time - System.nanoTime();
    }
  }
}
