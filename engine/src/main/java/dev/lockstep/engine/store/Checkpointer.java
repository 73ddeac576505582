package dev.lockstep.engine.store;

import dev.lockstep.ClosedException;
import dev.lockstep.CorruptLogException;
import dev.lockstep.LockstepException;
import dev.lockstep.LogFailedException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.ReadFailedException;
import dev.lockstep.engine.io.UnreadableException;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.log.Threads;
import dev.lockstep.engine.store.Compaction.Demand;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one thread that looks after what is derived from the log. It writes checkpoints and gives
 * room back: whenever the log has grown by so many bytes, at once when the disk is full, and at the
 * close. And it sees to retention and compaction every second, or as often as it is told. So none
 * of these meets another.
 */
public final class Checkpointer {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  /** How often retention and compaction are seen to. */
  public static final Duration TICK = Duration.ofSeconds(1);

  /** How long a full disk is left alone after an attempt that gave nothing back. */
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  private static final Duration LAST_PAUSE = Duration.ofMinutes(1);

  private final Upkeep upkeep;
  private final Reclaimer reclaimer;
  private final SegmentLog log;
  private final long everyBytes;
  private final Duration tick;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread;
  private final List<CompletableFuture<Void>> requests = new ArrayList<>();
  private Duration pause = FIRST_PAUSE;
  private long notBefore = System.nanoTime();
  private long grown;
  private boolean pressed;
  private boolean isTroubled;
  private Duration retryPause = FIRST_PAUSE;
  private long retryAt;
  private String lastTrouble = "";
  private boolean closed;

  public Checkpointer(
      Store store,
      Upkeep upkeep,
      DerivedState state,
      SegmentLog log,
      long everyBytes,
      Duration tick) {
    this.upkeep = upkeep;
    this.reclaimer = new Reclaimer(store, state, log);
    this.log = log;
    this.everyBytes = everyBytes;
    this.tick = tick;
    this.thread = new Thread(this::run, "lockstep-store");
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  /** Is told that the log has grown. */
  public void grown(long bytes) {
    lock.lock();
    try {
      grown += bytes;
      if (grown >= everyBytes) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Is told that there is no room for another segment. */
  public void pressed() {
    lock.lock();
    try {
      pressed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has the thread do its work now, and waits for it.
   *
   * @throws CorruptLogException if no checkpoint can be written, since an index file is damaged
   * @throws ReadFailedException if none can be written, since the disk does not let one be read
   */
  public void runNow() {
    CompletableFuture<Void> request = new CompletableFuture<>();
    lock.lock();
    try {
      if (closed) {
        throw ended();
      }
      requests.add(request);
      changed.signal();
    } finally {
      lock.unlock();
    }
    try {
      request.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof LockstepException trouble ? trouble : ended();
    }
  }

  private void run() {
    try {
      while (awaitWork()) {
        work();
      }
    } catch (ClosedException | LogFailedException | OutcomeUnknownException e) {
      // The log has said so itself; there is nothing left to write a checkpoint of.
      LOGGER.log(System.Logger.Level.DEBUG, "no more checkpoints", e);
    } catch (IOException | RuntimeException | Error e) {
      log.fail(e); // without this thread the log would grow for ever, and say nothing
    } finally {
      end();
    }
  }

  private boolean awaitWork() {
    lock.lock();
    try {
      long nextTick = System.nanoTime() + tick.toNanos();
      long nanos = tick.toNanos();
      while (!isDue() && nanos > 0 && !closed) {
        await(pressed && !isTroubled ? Math.min(nanos, notBefore - System.nanoTime()) : nanos);
        nanos = nextTick - System.nanoTime();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private boolean isDue() {
    return !requests.isEmpty() || isReclaimDue();
  }

  private boolean isReclaimDue() {
    lock.lock();
    try {
      long now = System.nanoTime();
      return isTroubled
          ? now - retryAt >= 0
          : grown >= everyBytes || (pressed && now - notBefore >= 0);
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the caller has the loop
  private void await(long nanos) {
    try {
      changed.awaitNanos(nanos);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread for a reason; the caller looks at the state again.
      Thread.interrupted();
    }
  }

  private void work() throws IOException {
    List<CompletableFuture<Void>> served = takeRequests();
    Optional<LockstepException> trouble = Optional.of(ended());
    try {
      Demand demand = served.isEmpty() ? Demand.WORTHWHILE : Demand.ALL;
      boolean worthwhile = upkeep.runOnce(demand) && !isTroubled;
      trouble = worthwhile || demand == Demand.ALL || isReclaimDue() ? reclaim() : Optional.empty();
    } finally {
      for (CompletableFuture<Void> request : served) {
        trouble.ifPresentOrElse(request::completeExceptionally, () -> request.complete(null));
      }
    }
  }

  private List<CompletableFuture<Void>> takeRequests() {
    lock.lock();
    try {
      List<CompletableFuture<Void>> taken = List.copyOf(requests);
      requests.clear();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes a checkpoint and gives room back.
   *
   * @return why not, if what it must read for that can't be read
   */
  private Optional<LockstepException> reclaim() throws IOException {
    long written;
    boolean full;
    lock.lock();
    try {
      written = grown;
      grown = 0;
      full = pressed;
      pressed = false;
      isTroubled = false;
    } finally {
      lock.unlock();
    }
    try {
      int released = reclaimer.run(written);
      upkeep.stored();
      recovered();
      if (full) {
        rest(released > 0);
      }
      return Optional.empty();
    } catch (CorruptLogException e) {
      return Optional.of(troubled(e));
    } catch (UnreadableException e) {
      return Optional.of(troubled(new ReadFailedException(e.getMessage() + "; check the disk", e)));
    }
  }

  /** What is written is not in doubt, and the log holds all of it: it is tried again in a while. */
  private LockstepException troubled(LockstepException cause) {
    lock.lock();
    try {
      isTroubled = true;
      retryAt = System.nanoTime() + retryPause.toNanos();
      retryPause = longer(retryPause);
    } finally {
      lock.unlock();
    }
    if (!cause.toString().equals(lastTrouble)) {
      lastTrouble = cause.toString();
      LOGGER.log(
          System.Logger.Level.ERROR,
          "LSTP-0317: no checkpoint can be written; the log grows, the next open takes longer, and no"
              + " room is given back. It is tried again. {0}",
          cause.toString());
    }
    return cause;
  }

  private void recovered() {
    lock.lock();
    try {
      retryPause = FIRST_PAUSE;
    } finally {
      lock.unlock();
    }
    lastTrouble = "";
  }

  private static Duration longer(Duration pause) {
    return Duration.ofNanos(Math.min(2 * pause.toNanos(), LAST_PAUSE.toNanos()));
  }

  private void rest(boolean helped) {
    lock.lock();
    try {
      pause = helped ? FIRST_PAUSE : longer(pause);
      notBefore = System.nanoTime() + (helped ? 0 : pause.toNanos());
    } finally {
      lock.unlock();
    }
  }

  /** Those who still wait for the thread wait in vain. */
  private void end() {
    lock.lock();
    try {
      closed = true;
      requests.forEach(request -> request.completeExceptionally(ended()));
      requests.clear();
    } finally {
      lock.unlock();
    }
  }

  private static ClosedException ended() {
    return new ClosedException("the log is closed, or has failed");
  }

  /** Ends the thread and writes a last checkpoint. */
  public void close() throws IOException {
    stop();
    reclaimer.checkpoint();
  }

  /** Ends the thread, without a last checkpoint. */
  public void stop() {
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
