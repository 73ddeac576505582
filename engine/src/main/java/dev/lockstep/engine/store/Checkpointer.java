package dev.lockstep.engine.store;

import dev.lockstep.ClosedException;
import dev.lockstep.LogFailedException;
import dev.lockstep.engine.io.OutOfSpaceException;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.log.Threads;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes a checkpoint whenever the log has grown by so many bytes, on a thread of its own, and one
 * at the close.
 */
public final class Checkpointer {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private final Store store;
  private final SegmentLog log;
  private final long everyBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread;
  private long grown;
  private boolean closed;

  public Checkpointer(Store store, SegmentLog log, long everyBytes) {
    this.store = store;
    this.log = log;
    this.everyBytes = everyBytes;
    this.thread = new Thread(this::run, "lockstep-checkpoint");
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

  private void run() {
    try {
      while (awaitGrowth()) {
        checkpoint();
      }
    } catch (ClosedException | LogFailedException e) {
      // The log has said so itself; there is nothing left to write a checkpoint of.
      LOGGER.log(System.Logger.Level.DEBUG, "no more checkpoints", e);
    } catch (CompletionException | IOException e) {
      log.fail(e);
    }
  }

  private boolean awaitGrowth() {
    lock.lock();
    try {
      while (grown < everyBytes && !closed) {
        changed.awaitUninterruptibly();
      }
      grown = 0;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private void checkpoint() throws IOException {
    try {
      store.checkpoint(log);
    } catch (OutOfSpaceException e) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "LSTP-0312: no room for a checkpoint; the next open takes longer. Free space on that"
              + " disk; it is tried again when the log has grown by {0} bytes",
          everyBytes);
    }
  }

  /** Ends the thread and writes a last checkpoint. */
  public void close() throws IOException {
    stop();
    checkpoint();
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
