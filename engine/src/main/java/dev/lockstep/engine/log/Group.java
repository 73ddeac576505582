package dev.lockstep.engine.log;

import dev.lockstep.OutcomeUnknownException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A group of frames: what one write and one force cover. Filled under the writer's lock, then
 * handed to the flusher; appenders only wait for it.
 */
final class Group {
  private final Content content;
  private final AtomicReference<@Nullable Waiter> waiters = new AtomicReference<>();
  private volatile boolean done;
  private volatile Optional<Throwable> failure = Optional.empty();
  private int wanted;
  private int deferred;
  private long deferredSince;

  /** A thread that waits, and those that came before it. */
  private record Waiter(Thread thread, @Nullable Waiter next) {}

  /** A contiguous piece of the group, in one segment. */
  record Chunk(Segment segment, long position, ByteBuffer buffer) {}

  /** What the log alone sees of a group; used again for another one when this one is flushed. */
  record Content(List<Chunk> chunks, List<LogUnit> units) implements Runnable {
    Content() {
      this(new ArrayList<>(), new ArrayList<>());
    }

    /** Applies the units, in their order. */
    @Override
    public void run() {
      units.forEach(LogUnit::apply);
    }

    void clear() {
      chunks.clear();
      units.clear();
    }
  }

  Group(Content content) {
    this.content = content;
  }

  Content content() {
    return content;
  }

  List<Chunk> chunks() {
    return content.chunks();
  }

  List<LogUnit> units() {
    return content.units();
  }

  boolean isEmpty() {
    return chunks().isEmpty();
  }

  /** Called with the writer's lock held. One more waits for it. */
  void want() {
    wanted++;
  }

  /** Called with the writer's lock held. How many wait for it. */
  int wanted() {
    return wanted;
  }

  /** Called with the writer's lock held. A unit joins it for which nobody waits. */
  void defer(long now) {
    if (deferred == 0) {
      deferredSince = now;
    }
    deferred++;
  }

  /** How many units nobody waits for. */
  int deferred() {
    return deferred;
  }

  /** When the first of them came, by {@link System#nanoTime()}. */
  long deferredSince() {
    return deferredSince;
  }

  /** Whether it is flushed, or has failed. */
  boolean isDone() {
    return done;
  }

  synchronized void complete() {
    done = true;
    // All at once: a latch lets each of them wake the next, one after the other.
    for (Waiter waiter = waiters.get(); waiter != null; waiter = waiter.next()) {
      LockSupport.unpark(waiter.thread());
    }
  }

  /** Whoever waits does not know what became of it, unless it is complete already. */
  synchronized void fail(Throwable cause) {
    if (!done) {
      failure = Optional.of(cause);
      complete();
    }
  }

  /** Waits until it is flushed, or has failed. */
  void awaitDone() {
    if (!done) {
      Thread thread = Thread.currentThread();
      waiters.updateAndGet(before -> new Waiter(thread, before));
      boolean interrupted = false;
      while (!done) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      if (interrupted) {
        thread.interrupt();
      }
    }
  }

  void await() {
    awaitDone();
    failure.ifPresent(
        cause -> {
          throw new OutcomeUnknownException(
              "the log failed while it made this transaction durable: "
                  + cause.getMessage()
                  + "; whether it is committed shows when the log is opened again, don't retry it",
              cause);
        });
  }
}
