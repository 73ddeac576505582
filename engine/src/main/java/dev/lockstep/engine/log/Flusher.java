package dev.lockstep.engine.log;

import dev.lockstep.Durability;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes and forces: takes the active group, writes it, forces it, applies its units in log order,
 * wakes its waiters. While it does that, the next group fills. A lone unit is taken at once.
 *
 * <p>One thread at a time does so: the flusher's own, or, as long as transactions come one by one,
 * the one that waits for its unit, which saves two switches between threads for each commit. What
 * it does belongs to the log: whatever it throws fails the log. Many committers would only stand in
 * each other's way, so groups of several units, and those behind them, are the flusher's.
 */
final class Flusher {
  /** How long the log is idle before the last force is recorded in a watermark of its own. */
  private static final long IDLE_NANOS = Duration.ofMillis(200).toNanos();

  /** When the flusher looks whether somebody has appended and never come to flush. */
  private static final long LOOK_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

  private final LogWriter writer;
  private final ForcePolicy policy;
  private final LogEvents events;
  private final Thread thread;
  private final Forces forces = new Forces();

  /** What a force covers, oldest first: seldom more than one segment. */
  private final List<Segment> dirty = new ArrayList<>();

  private final Deque<BoundaryTask<?>> tasks = new ArrayDeque<>();
  private final Deque<BoundaryTask<?>> due = new ArrayDeque<>();
  private volatile long forced;
  private long written;
  private long announced;
  private long dirtyBytes;
  private boolean hasUnforcedUnits;
  private long lastForceNanos = System.nanoTime();
  private long lastFlushNanos = lastForceNanos;
  private boolean closing;
  private boolean dozing;
  private boolean idling;
  private boolean working;
  private volatile @Nullable Throwable broken;
  private final Group nothing = new Group(new Group.Content());
  private volatile Group inFlight = nothing;

  private record BoundaryTask<T>(LongFunction<T> task, CompletableFuture<T> result) {
    void run(long position) {
      result.complete(task.apply(position));
    }
  }

  Flusher(LogWriter writer, long start, ForcePolicy policy, LogEvents events) {
    this.writer = writer;
    this.policy = policy;
    this.events = events;
    this.forced = start;
    this.written = start;
    this.announced = start;
    this.thread = new Thread(this::run, "lockstep-flusher");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** The position up to which a force has returned. */
  long forced() {
    return forced;
  }

  /** How anybody else forces segments. */
  Forces forces() {
    return forces;
  }

  /** Runs a task between two groups, as {@link SegmentLog#runAtBoundary} says. */
  <T> CompletableFuture<T> atBoundary(LongFunction<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    ReentrantLock lock = writer.lock();
    lock.lock();
    try {
      writer.checkOpen();
      tasks.add(new BoundaryTask<>(task, result));
      writer.work().signal();
    } finally {
      lock.unlock();
    }
    return result;
  }

  /** Flushes what is claimed and ends. */
  void close() {
    ReentrantLock lock = writer.lock();
    lock.lock();
    try {
      closing = true;
      writer.work().signalAll();
    } finally {
      lock.unlock();
    }
    Threads.join(thread);
  }

  private void run() {
    try {
      while (step()) {
        // all in step
      }
      Throwable elsewhere = broken;
      if (elsewhere != null) {
        fail(elsewhere);
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
      due.forEach(task -> task.result().completeExceptionally(e));
    }
  }

  private boolean step() throws IOException {
    Group group = nothing;
    boolean last = false;
    writer.lingerForWork();
    ReentrantLock lock = writer.lock();
    lock.lock();
    try {
      if (working) {
        working = false;
        writer.endFlush();
      }
      awaitWork();
      if (broken != null || writer.hasFailed()) {
        return false; // nothing is forced after a force that failed
      }
      writer.requireWhole();
      if (writer.hasWork()) {
        group = writer.takeGroup();
        inFlight = group;
        written = writer.end();
      }
      writer.beginFlush();
      working = true;
      if (!tasks.isEmpty()) {
        due.addAll(tasks);
        tasks.clear();
      }
      last = closing && group.isEmpty() && due.isEmpty();
    } finally {
      lock.unlock();
    }
    if (!group.isEmpty()) {
      flush(group);
    } else if (policy.durability() == Durability.INTERVAL) {
      forceIfDue();
    }
    if (!due.isEmpty()) {
      runTasks();
    }
    if (last) {
      force();
    }
    return !last;
  }

  /**
   * Flushes the active group on the caller's thread, if it is the one that is given, has one unit
   * as the last group had, and nobody flushes. Called by a thread that waits for that unit.
   */
  void flushAlone(Group group) {
    ReentrantLock lock = writer.lock();
    lock.lock();
    try {
      boolean flushersTurn = !tasks.isEmpty() || closing || writer.isTorn() || writer.hasFailed();
      if (flushersTurn || writer.isFlushing() || !writer.isLone(group)) {
        return; // it was called, and would never have its turn if others came first
      }
      writer.takeGroup();
      inFlight = group;
      written = writer.end();
      writer.beginFlush();
    } finally {
      lock.unlock();
    }
    try {
      flush(group);
    } catch (IOException | RuntimeException | Error e) {
      broken = e; // the flusher fails the log: it has a whole stack, and nothing of the caller's
    } finally {
      handOver();
    }
  }

  /** Ends a flush on another thread than the flusher's, which goes on if there is more to do. */
  private void handOver() {
    ReentrantLock lock = writer.lock();
    lock.lock();
    try {
      if (broken == null) { // else nobody flushes any more
        writer.endFlush();
      }
      if (broken != null || mustBeWatched() || writer.hasWork() || !tasks.isEmpty() || closing) {
        writer.work().signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether time may bring something for the flusher, and it does not wait for that. */
  private boolean mustBeWatched() {
    return switch (policy.durability()) {
      case FORCED -> dozing; // a watermark
      case INTERVAL -> dozing || (idling && hasUnforcedUnits);
      case OS -> false;
    };
  }

  private void runTasks() throws IOException {
    long started = System.nanoTime();
    if (policy.durability() == Durability.FORCED) {
      force(); // what needs no outcome is written without a force
    }
    while (!due.isEmpty()) {
      due.peek().run(written);
      due.remove();
    }
    events.paused(Duration.ofNanos(System.nanoTime() - started));
  }

  /** Waits, with the lock held, for a group, a task, the end, or something that time brings. */
  private void awaitWork() {
    while (broken == null
        && (writer.isFlushing() || !(writer.hasWork() || !tasks.isEmpty() || closing))) {
      if (writer.isFlushing()) {
        doze();
        continue;
      }
      boolean intervalRuns = policy.durability() == Durability.INTERVAL && hasUnforcedUnits;
      if (announced == forced && !intervalRuns) {
        doze();
        continue;
      }
      long wakeUp =
          intervalRuns ? lastForceNanos + policy.interval().toNanos() : lastFlushNanos + IDLE_NANOS;
      long nanos = wakeUp - System.nanoTime();
      if (nanos > 0) {
        idling = !intervalRuns;
        await(nanos);
        idling = false;
      } else {
        if (!intervalRuns) {
          writer.announceWatermark();
          announced = forced;
        }
        return;
      }
    }
  }

  /** Waits until somebody calls; whoever ends a flush does. */
  private void doze() {
    dozing = true;
    await(LOOK_AGAIN_NANOS);
    dozing = false;
  }

  @SuppressWarnings("WaitNotInLoop") // the caller has the loop
  private void await(long nanos) {
    try {
      writer.work().awaitNanos(nanos);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread for a reason; the caller looks at the state again.
      Thread.interrupted();
    }
  }

  private void flush(Group group) throws IOException {
    long started = System.nanoTime();
    lastFlushNanos = started;
    writer.sealWatermark(group, forced);
    announced = forced;
    long bytes = 0;
    for (int i = 0; i < group.chunks().size(); i++) {
      Group.Chunk chunk = group.chunks().get(i);
      Segment segment = chunk.segment();
      ByteBuffer buffer = chunk.buffer().flip();
      bytes += buffer.limit();
      segment.file().write(segment.offsetOf(chunk.position()), buffer);
      if (!dirty.contains(segment)) {
        dirty.add(segment);
      }
    }
    dirtyBytes += bytes;
    events.written(bytes);
    if (!group.units().isEmpty()) {
      hasUnforcedUnits = true;
      forceFor(group, started);
      events.apply(() -> group.units().forEach(LogUnit::apply));
    }
    group.complete();
    writer.release(group);
  }

  private void forceFor(Group group, long started) throws IOException {
    if (policy.durability() == Durability.FORCED || isAlwaysForced(group)) {
      force(started);
    } else if (policy.durability() == Durability.INTERVAL) {
      forceIfDue();
    }
  }

  private static boolean isAlwaysForced(Group group) {
    for (int i = 0; i < group.units().size(); i++) {
      if (group.units().get(i).isAlwaysForced()) {
        return true;
      }
    }
    return false;
  }

  private void forceIfDue() throws IOException {
    if (System.nanoTime() - lastForceNanos >= policy.interval().toNanos()) {
      force();
    }
  }

  private void force() throws IOException {
    force(System.nanoTime());
  }

  private void force(long started) throws IOException {
    if (dirty.isEmpty()) {
      return;
    }
    for (int i = 0; i < dirty.size(); i++) {
      forces.force(dirty.get(i));
    }
    dirty.clear();
    forced = written;
    lastForceNanos = System.nanoTime();
    events.forced(dirtyBytes, Duration.ofNanos(lastForceNanos - started));
    dirtyBytes = 0;
    hasUnforcedUnits = false;
  }

  /**
   * Somebody else has forced everything before a position: the segments before it are left alone
   * from now on, and may be closed.
   */
  void settle(long position) {
    atBoundary(
            boundary -> {
              dirty.removeIf(segment -> segment.end() <= position);
              hasUnforcedUnits &= !dirty.isEmpty();
              forced = Math.max(forced, position);
              return boundary;
            })
        .join();
  }

  /**
   * Nothing is retried: nobody knows what is durable until the log is opened again. Those who are
   * told may halt the process, so they come before those who wait; but whoever is woken by them
   * finds that the log has failed.
   */
  void fail(Throwable cause) {
    try {
      if (writer.refuse(cause)) {
        events.failed(cause);
      }
    } finally {
      failAll(cause);
    }
  }

  private void failAll(Throwable cause) {
    inFlight.fail(cause);
    ReentrantLock lock = writer.lock();
    lock.lock();
    try {
      writer.takeGroup().fail(cause);
      closing = true;
      writer.work().signal();
      tasks.forEach(task -> task.result().completeExceptionally(cause));
      tasks.clear();
    } finally {
      lock.unlock();
    }
  }
}
