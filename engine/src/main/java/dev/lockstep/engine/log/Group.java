package dev.lockstep.engine.log;

import dev.lockstep.OutcomeUnknownException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * A group of frames: what one write and one force cover. Filled under the writer's lock, then
 * handed to the flusher; appenders only wait for it.
 */
final class Group {
  private final Content content;
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile Optional<Throwable> failure = Optional.empty();

  /** A contiguous piece of the group, in one segment. */
  record Chunk(Segment segment, long position, ByteBuffer buffer) {}

  /** What the log alone sees of a group; used again for another one when this one is flushed. */
  record Content(List<Chunk> chunks, List<LogUnit> units) {
    Content() {
      this(new ArrayList<>(), new ArrayList<>());
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

  synchronized void complete() {
    done.countDown();
  }

  /** Whoever waits does not know what became of it, unless it is complete already. */
  synchronized void fail(Throwable cause) {
    if (done.getCount() > 0) {
      failure = Optional.of(cause);
      done.countDown();
    }
  }

  void await() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          done.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
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
