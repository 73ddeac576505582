package dev.lockstep.engine.client;

import dev.lockstep.ClosedException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread at a time use a consumer or reader, until it is closed. It refuses a second
 * thread instead of letting it wait, which would only hide that two threads share what they must
 * not share. A call within a call, as listeners make them, is part of the outer one.
 *
 * <p>Closing is for any thread. What is to be done at the end is done once, when nobody is inside:
 * by the closing thread, or by the one that it finds inside.
 */
final class Access {
  private final String kind;
  private final String what;
  private final Runnable atEnd;
  private final AtomicReference<@Nullable Thread> user = new AtomicReference<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean ended = new AtomicBoolean();

  /**
   * Access to a thing that is open.
   *
   * @param kind what kind of thing it is
   * @param what which one
   */
  Access(String kind, String what, Runnable atEnd) {
    this.kind = kind;
    this.what = what;
    this.atEnd = atEnd;
  }

  /**
   * Does the work of a call, which may be within another one of this thread.
   *
   * @throws IllegalStateException if a call of another thread is at work
   * @throws ClosedException if it is closed
   */
  <R> R alone(String call, Supplier<R> work) {
    return user.get() == Thread.currentThread() ? work.get() : outermost(call, work);
  }

  /**
   * Does the work of a call that can't be within another one.
   *
   * @throws IllegalStateException if another call is at work
   * @throws ClosedException if it is closed
   */
  <R> R outermost(String call, Supplier<R> work) {
    if (!user.compareAndSet(null, Thread.currentThread())) {
      throw new IllegalStateException(
          call
              + " of "
              + what
              + ": the "
              + kind
              + " is in use by another call, in "
              + user.get()
              + ". It is for one thread at a time: give each thread its own");
    }
    try {
      requireOpen(call);
      return work.get();
    } finally {
      user.set(null);
      if (closed.get()) {
        endIfUnused();
      }
    }
  }

  void requireOpen(String call) {
    if (closed.get()) {
      throw new ClosedException(
          call + " of " + what + ": the " + kind + " is closed. Use a new one");
    }
  }

  boolean isClosed() {
    return closed.get();
  }

  /**
   * Closes it; later calls do nothing.
   *
   * @param wake makes the call that is at work return soon
   */
  void close(Runnable wake) {
    if (closed.compareAndSet(false, true)) {
      wake.run();
      endIfUnused();
    }
  }

  private void endIfUnused() {
    if (user.compareAndSet(null, Thread.currentThread())) {
      try {
        if (ended.compareAndSet(false, true)) {
          atEnd.run();
        }
      } finally {
        user.set(null);
      }
    }
  }
}
