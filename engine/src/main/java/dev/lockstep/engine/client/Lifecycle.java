package dev.lockstep.engine.client;

import dev.lockstep.ClosedException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** Whether the log may still be used. Thread-safe. */
final class Lifecycle {
  private final Path dataDir;
  private final AtomicBoolean closed = new AtomicBoolean();

  Lifecycle(Path dataDir) {
    this.dataDir = dataDir;
  }

  void requireOpen(String call) {
    if (closed.get()) {
      throw new ClosedException(
          call + ": the log in " + dataDir + " is closed. Stop its users before it, or open it");
    }
  }

  /** {@return whether this call closed it, and not an earlier one} */
  boolean close() {
    return closed.compareAndSet(false, true);
  }
}
