package dev.lockstep.benchmarks.engine;

import dev.lockstep.spi.LogListener;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the forces of a log, and the bytes that they covered. */
final class Forces implements LogListener {
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  @Override
  public void forced(long covered, Duration took) {
    count.incrementAndGet();
    bytes.addAndGet(covered);
  }

  long bytes() {
    return bytes.get();
  }

  /** How many bytes a force covered on average. */
  int bytesPerForce() {
    return Math.toIntExact(bytes.get() / Math.max(count.get(), 1));
  }
}
