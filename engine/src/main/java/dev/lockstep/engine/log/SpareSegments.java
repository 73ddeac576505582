package dev.lockstep.engine.log;

import dev.lockstep.DiskFullException;
import dev.lockstep.engine.io.OutOfSpaceException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Makes segments ahead of need, on a thread of its own, so that an append only ever takes one that
 * is ready; and gives the room of those back that nobody wants. How many are kept from whom is the
 * {@link Reserve}'s matter.
 *
 * <p>All state is guarded by the writer's lock; methods are called with it held, unless they say
 * otherwise.
 */
final class SpareSegments {
  /** New ones are made up to here. */
  private static final int TARGET = 4;

  /**
   * Segments that are used again are kept up to here. So where as many come free as are taken, they
   * go round, and none is filled with zeros for the one that comes free a moment later.
   */
  private static final int MOST = TARGET + 2;

  private static final long SAME = SegmentHeader.SAME_INCARNATION;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LAST_PAUSE = Duration.ofMinutes(1);

  private final SegmentFiles files;
  private final ReentrantLock lock;
  private final Condition changed;
  private final LongSupplier watermark;
  private final LogEvents events;
  private final Consumer<Throwable> onFailure;
  private final int incarnation;
  private final Deque<Segment> spares = new ArrayDeque<>();
  private final Deque<Segment> free;
  private final List<Integer> needs = new ArrayList<>();
  private final Thread thread;
  private long nextNumber;
  private Optional<OutOfSpaceException> refused = Optional.empty();
  private long notBefore = System.nanoTime();
  private Duration pause = FIRST_PAUSE;
  private boolean scarce;
  private boolean making;
  private boolean lent;
  private int owed;
  private boolean closed;

  SpareSegments(
      SegmentFiles files,
      ReentrantLock lock,
      OpenedLog opened,
      LongSupplier watermark,
      LogEvents events,
      Consumer<Throwable> onFailure) {
    this.files = files;
    this.lock = lock;
    this.changed = lock.newCondition();
    this.watermark = watermark;
    this.events = events;
    this.onFailure = onFailure;
    this.incarnation = opened.segment().incarnation();
    this.nextNumber = opened.segment().number() + 1;
    this.free = new ArrayDeque<>(opened.recyclable());
    this.scarce = opened.scarce();
    this.thread = new Thread(this::run, "lockstep-segments");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  int count() {
    return spares.size();
  }

  /** Whether an attempt to make one found no room, and they are not complete again. */
  boolean areScarce() {
    return scarce;
  }

  Segment take() {
    Segment spare = spares.remove();
    changed.signalAll();
    return spare;
  }

  /** Takes segments of which nothing is read any more. Called without the lock. */
  void give(List<Segment> segments) {
    lock.lock();
    try {
      free.addAll(segments);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether there was no room for the last segment that was wanted. Called without the lock. */
  boolean isOutOfSpace() {
    lock.lock();
    try {
      return scarce;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives the room of one spare to whoever needs it more, if another one is left: it is not taken
   * back before {@link #endLoan()}. Called without the lock.
   *
   * @return whether there was one to give
   */
  boolean lend() throws IOException {
    Segment last;
    lock.lock();
    try {
      lent = true;
      while (making && !closed) {
        changed.awaitUninterruptibly();
      }
      if (making || spares.size() < 2) {
        lent = false;
        return false;
      }
      last = spares.removeLast();
      owed++;
      nextNumber = last.number(); // no frame was ever in it: else a number would be missing
    } finally {
      lock.unlock();
    }
    files.delete(last);
    return true;
  }

  /** What was lent may be taken back, as far as it was not used. Called without the lock. */
  void endLoan() {
    lock.lock();
    try {
      lent = false;
      refused = Optional.empty();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there are so many spares. */
  void await(int needed) {
    if (System.nanoTime() - notBefore >= 0) {
      refused = Optional.empty();
    }
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
            + cause.getMessage(),
        cause);
  }

  /** How many spares there should be: for the one who needs most, as long as it waits. */
  private int wanted() {
    return needs.stream().mapToInt(Integer::intValue).reduce(TARGET, Math::max);
  }

  private void run() {
    try {
      while (awaitWork()) {
        try {
          work();
        } catch (OutOfSpaceException e) {
          backOff(e);
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      onFailure.accept(e);
    }
  }

  private boolean awaitWork() {
    lock.lock();
    try {
      making = false;
      changed.signalAll();
      while (!closed && (lent || (spares.size() >= wanted() && free.isEmpty()))) {
        changed.awaitUninterruptibly();
      }
      making = !closed;
      return making;
    } finally {
      lock.unlock();
    }
  }

  /** Makes one segment, or gives the room of one back. */
  private void work() throws IOException {
    Optional<Segment> old = takeFree();
    if (old.isEmpty()) {
      create();
    } else if (isWanting() && old.get().isWhole()) {
      add(files.recycle(old.get(), nextNumber, incarnation, SAME, watermark.getAsLong()));
    } else {
      files.delete(old.get());
    }
  }

  private void create() throws IOException {
    try {
      if (isOwed()) {
        files.checkRoomForNothingElse(); // what is derived had its chance
      } else {
        files.checkRoom();
      }
    } catch (OutOfSpaceException e) {
      refuse(e, Duration.ZERO); // that was cheap: whoever asks may have it looked at again
      return;
    }
    add(files.create(nextNumber, incarnation, SAME, watermark.getAsLong()));
  }

  private Optional<Segment> takeFree() {
    lock.lock();
    try {
      return Optional.ofNullable(free.poll());
    } finally {
      lock.unlock();
    }
  }

  private boolean isOwed() {
    lock.lock();
    try {
      return owed > 0;
    } finally {
      lock.unlock();
    }
  }

  private boolean isWanting() {
    lock.lock();
    try {
      return spares.size() < Math.max(MOST, wanted());
    } finally {
      lock.unlock();
    }
  }

  private void add(Segment segment) {
    lock.lock();
    try {
      nextNumber++;
      spares.add(segment);
      owed = Math.max(0, owed - 1);
      refused = Optional.empty();
      scarce &= spares.size() < TARGET; // room for one says nothing of the next
      pause = FIRST_PAUSE;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A segment was begun, and the disk was full before it was whole: that is not done often. */
  private void backOff(OutOfSpaceException cause) {
    Duration rest = pause;
    pause = pause.compareTo(LAST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
    refuse(cause, rest);
  }

  /** Tells everybody that there is no room, and waits until a new attempt may be worth it. */
  private void refuse(OutOfSpaceException cause, Duration rest) {
    lock.lock();
    try {
      refused = Optional.of(cause);
      scarce = true;
      notBefore = System.nanoTime() + rest.toNanos();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    events.outOfSpace();
    lock.lock();
    try {
      long nanos = Math.max(rest.toNanos(), FIRST_PAUSE.toNanos());
      making = false;
      changed.signalAll();
      while (nanos > 0 && !closed && refused.isPresent() && free.isEmpty()) {
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
    for (Segment old : free) {
      old.close();
    }
  }
}
