package dev.lockstep.engine.group;

import dev.lockstep.PollInterruptedException;
import dev.lockstep.WakeupException;
import dev.lockstep.engine.group.Fetcher.Fetched;
import dev.lockstep.engine.group.Fetcher.Next;
import dev.lockstep.engine.index.Visibility;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.spi.Subscription.Delivery;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A long poll: fetches again whenever something has changed, until there is something. It sleeps in
 * between, until a parked message becomes due at the latest.
 */
final class Waiting {
  private final String what;
  private final SegmentLog log;
  private final Visibility visibility;
  private final Clock clock;
  private final AtomicBoolean wakeup = new AtomicBoolean();

  /**
   * A long poll.
   *
   * @param what what polls, for messages
   */
  Waiting(String what, Reading reading) {
    this.what = what;
    this.log = reading.log();
    this.visibility = reading.visibility();
    this.clock = reading.clock();
  }

  void wakeup() {
    wakeup.set(true);
    visibility.wake();
  }

  /**
   * Fetches. It never finds nothing because a commit that has returned is not visible yet: at the
   * deadline it waits for such ones.
   *
   * @param requireOpen throws if it is over for good
   */
  List<Delivery> fetch(Fetcher fetcher, int max, Duration timeout, Runnable requireOpen) {
    visibility.watch(); // from before the first look, so that no commit waits long behind it
    try {
      return fetchWatching(fetcher, max, timeout, requireOpen);
    } finally {
      visibility.unwatch();
    }
  }

  private List<Delivery> fetchWatching(
      Fetcher fetcher, int max, Duration timeout, Runnable requireOpen) {
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
    boolean settled = false;
    while (true) {
      requireOpen.run();
      if (wakeup.getAndSet(false)) {
        throw new WakeupException("the poll of " + what + " was woken up");
      }
      long seen = visibility.changes();
      Fetched fetched = fetcher.fetch(max);
      if (!fetched.deliveries().isEmpty()) {
        return fetched.deliveries();
      }
      if (fetched.next() == Next.ON_CHANGE && !await(seen, deadline, fetched.due())) {
        if (settled || !(log.awaitDeferred() || visibility.changes() != seen)) {
          return List.of();
        }
        settled = true; // or it ended after the look
      }
    }
  }

  /** Waits; says whether another look makes sense. */
  private boolean await(long seen, long deadline, long due) {
    log.hurry();
    long now = System.nanoTime();
    long until = deadline;
    if (due != Fetcher.NEVER) {
      long wait = TimeUnit.MILLISECONDS.toNanos(Math.max(0, due - clock.millis()));
      until = now + Math.min(wait, deadline - now);
    }
    try {
      return visibility.await(seen, until) || until != deadline;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PollInterruptedException(
          "the poll of "
              + what
              + " was interrupted while it waited; the thread's interrupt flag is still set."
              + " End the loop that polls, or clear the flag with Thread.interrupted()",
          e);
    }
  }
}
