package dev.lockstep.engine.log;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Forces segments, one at a time. The first failure is final, and so for whoever comes next: the
 * file system tells of an error once, and the next force of the same file may say that all is well.
 * Thread-safe.
 */
final class Forces {
  private final ReentrantLock lock = new ReentrantLock();
  private Optional<Throwable> failure = Optional.empty();

  /** Makes what was written to a segment durable. */
  void force(Segment segment) throws IOException {
    lock.lock();
    try {
      if (failure.isPresent()) {
        throw new IOException("a force has failed before", failure.get());
      }
      segment.file().force();
    } catch (IOException | RuntimeException | Error e) {
      failure = failure.or(() -> Optional.of(e));
      throw e;
    } finally {
      lock.unlock();
    }
  }
}
