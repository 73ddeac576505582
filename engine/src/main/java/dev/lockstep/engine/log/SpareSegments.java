package dev.lockstep.engine.log;

import dev.lockstep.DiskFullException;
import dev.lockstep.engine.io.OutOfSpaceException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Makes segments ahead of need, on a thread of its own, so that an append only ever takes one that
 * is ready. One spare is the reserve for decisions: new work is refused when it would need it.
 *
 * <p>All state is guarded by the writer's lock; methods are called with it held.
 */
final class SpareSegments {
  private static final int TARGET = 2;
  private static final long RETRY_MILLIS = 1000;

  private final SegmentFiles files;
  private final ReentrantLock lock;
  private final Condition changed;
  private final LongSupplier watermark;
  private final Consumer<Throwable> onFailure;
  private final int incarnation;
  private final Deque<Segment> spares = new ArrayDeque<>();
  private final Deque<Segment> recyclable;
  private final Thread thread;
  private long nextNumber;
  private final List<Integer> needs = new ArrayList<>();
  private Optional<OutOfSpaceException> refused = Optional.empty();
  private boolean closed;

  SpareSegments(
      SegmentFiles files,
      ReentrantLock lock,
      OpenedLog opened,
      LongSupplier watermark,
      Consumer<Throwable> onFailure) {
    this.files = files;
    this.lock = lock;
    this.changed = lock.newCondition();
    this.watermark = watermark;
    this.onFailure = onFailure;
    this.incarnation = opened.segment().incarnation();
    this.nextNumber = opened.segment().number() + 1;
    this.recyclable = new ArrayDeque<>(opened.recyclable());
    this.thread = new Thread(this::run, "lockstep-segments");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  int count() {
    return spares.size();
  }

  Segment take() {
    Segment spare = spares.remove();
    changed.signalAll();
    return spare;
  }

  /** Waits until there are so many spares. */
  void await(int needed) {
    refused = Optional.empty();
    needs.add(needed);
    changed.signalAll();
    try {
      while (spares.size() < needed && !closed) {
        refused.ifPresent(this::refuse);
        changed.awaitUninterruptibly();
      }
    } finally {
      needs.remove((Object) needed);
    }
  }

  private void refuse(OutOfSpaceException cause) {
    throw new DiskFullException(
        "no room for another segment of "
            + files.segmentSize()
            + " bytes in "
            + files.location()
            + ": "
            + cause.getMessage()
            + "; free space on that disk, work then goes on by itself",
        cause);
  }

  /** How many spares there should be: for the one who needs most, as long as it waits. */
  private int wanted() {
    return needs.stream().mapToInt(Integer::intValue).reduce(TARGET, Math::max);
  }

  private void run() {
    try {
      while (awaitDemand()) {
        try {
          add(make());
        } catch (OutOfSpaceException e) {
          backOff(e);
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      onFailure.accept(e);
    }
  }

  private boolean awaitDemand() {
    lock.lock();
    try {
      while (!closed && spares.size() >= wanted()) {
        changed.awaitUninterruptibly();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private Segment make() throws IOException {
    Optional<Segment> old = Optional.ofNullable(recyclable.peek());
    if (old.isPresent()) {
      Segment segment =
          files.recycle(
              old.get(),
              nextNumber,
              incarnation,
              SegmentHeader.SAME_INCARNATION,
              watermark.getAsLong());
      recyclable.remove();
      return segment;
    }
    return files.create(
        nextNumber, incarnation, SegmentHeader.SAME_INCARNATION, watermark.getAsLong());
  }

  private void add(Segment segment) {
    lock.lock();
    try {
      nextNumber++;
      spares.add(segment);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void backOff(OutOfSpaceException cause) {
    lock.lock();
    try {
      refused = Optional.of(cause);
      changed.signalAll();
      long nanos = TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);
      while (nanos > 0 && !closed && refused.isPresent()) {
        nanos = changed.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this thread for a reason; the loop goes on and tries again.
      Thread.interrupted();
    } finally {
      lock.unlock();
    }
  }

  /** Wakes those who wait, after the log has failed or while it closes. */
  void shutDown() {
    closed = true;
    changed.signalAll();
  }

  /** Called without the lock, after {@link #shutDown()}. */
  void closeFiles() throws IOException {
    Threads.join(thread);
    for (Segment spare : spares) {
      spare.close();
    }
    for (Segment old : recyclable) {
      old.close();
    }
  }
}
