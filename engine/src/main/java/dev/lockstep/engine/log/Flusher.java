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
 *
 * <p>A unit that is deferred, for which nobody waits, is taken together with the next one for which
 * somebody does. If none comes, it is taken after {@link #DEFERRAL_NANOS}, or after {@link
 * #WATCHED_DEFERRAL_NANOS} if somebody waits for what it would show.
 */
final class Flusher {
  /** How long the log is idle before the last force is recorded in a watermark of its own. */
  private static final long IDLE_NANOS = Duration.ofMillis(200).toNanos();

  /** When the flusher looks whether somebody has appended and never come to flush. */
  private static final long LOOK_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

  /** How long deferred units wait if nobody can tell. */
  private static final long DEFERRAL_NANOS = Duration.ofMillis(20).toNanos();

  /** How long deferred units wait if somebody waits for messages. */
  private static final long WATCHED_DEFERRAL_NANOS = Duration.ofMillis(1).toNanos();

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
  private boolean sleeping;
  private long alarm;
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

  /**
   * Waits until what was deferred before is durable and applied; sees to it at once if need be. So
   * whoever calls must hold nothing that applying a unit needs.
   *
   * @return whether there was anything to wait for
   */
  boolean awaitDeferred() {
    if (writer.deferred() == 0) {
      return false;
    }
    Group newest;
    ReentrantLock lock = writer.lock();
    lock.lock();
    try {
      if (writer.deferred() == 0) {
        return false;
      }
      newest = writer.wantDeferred().orElse(inFlight);
    } finally {
      lock.unlock();
    }
    flushAlone(newest);
    newest.awaitDone();
    return true;
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
   * Flushes the active group on the caller's thread, if it is the one that is given, one alone
   * waits for it as for the last group, and nobody flushes. Called by a thread that waits for it.
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
      if (broken != null || writer.isWanted() || !tasks.isEmpty() || closing) {
        writer.work().signal();
      } else {
        lookAtTime();
      }
    } finally {
      lock.unlock();
    }
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
        && (writer.isFlushing() || !(writer.isWanted() || !tasks.isEmpty() || closing))) {
      long now = System.nanoTime();
      long due = writer.isFlushing() ? now + LOOK_AGAIN_NANOS : dueAt(now);
      if (due - now > 0) {
        sleepUntil(due, due - now);
      } else {
        if (!writer.hasWork() && !intervalRuns()) {
          writer.announceWatermark();
          announced = forced;
        }
        return;
      }
    }
  }

  /** With the lock held: when time brings something to do, or a look does no harm. */
  private long dueAt(long now) {
    if (writer.hasWork()) {
      long deferral = writer.deferredSince() + deferral();
      return intervalRuns() && nextForce() - deferral < 0 ? nextForce() : deferral;
    }
    if (intervalRuns()) {
      return nextForce();
    }
    return announced == forced ? now + LOOK_AGAIN_NANOS : lastFlushNanos + IDLE_NANOS;
  }

  private boolean intervalRuns() {
    return policy.durability() == Durability.INTERVAL && hasUnforcedUnits;
  }

  private long nextForce() {
    return lastForceNanos + policy.interval().toNanos();
  }

  /** How long a group may wait that has nothing but what is deferred. */
  private long deferral() {
    return events.isWatched() ? WATCHED_DEFERRAL_NANOS : DEFERRAL_NANOS;
  }

  @SuppressWarnings("WaitNotInLoop") // the caller has the loop
  private void sleepUntil(long time, long nanos) {
    alarm = time;
    sleeping = true;
    try {
      writer.work().awaitNanos(nanos);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread for a reason; the caller looks at the state again.
      Thread.interrupted();
    }
    sleeping = false;
  }

  /**
   * Called with the lock held when time brings something that it did not bring before, and nobody
   * flushes: wakes the flusher if it would sleep too long. Where units are deferred again and again
   * and taken along by commits, it wakes once in a while, and not for each of them.
   */
  void lookAtTime() {
    if (sleeping && dueAt(System.nanoTime()) - alarm < 0) {
      writer.work().signal();
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
      events.apply(group.content());
      group.units().forEach(LogUnit::applied);
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
    events.forced(dirtyBytes, lastForceNanos - started);
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
