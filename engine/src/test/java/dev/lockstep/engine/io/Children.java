package dev.lockstep.engine.io;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Processes that tests start. */
public final class Children {
  private Children() {}

  /**
   * Kills a process that takes too long, so that its pipes end. Nothing else ends a read from one:
   * no interrupt does, and so no timeout of a test.
   */
  public static Process limited(Process process, Duration limit) {
    CompletableFuture<Void> unused =
        process
            .onExit()
            .completeOnTimeout(process, limit.toMillis(), TimeUnit.MILLISECONDS)
            .thenAccept(Process::destroyForcibly);
    return process;
  }
}
