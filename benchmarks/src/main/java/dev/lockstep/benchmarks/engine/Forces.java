package dev.lockstep.benchmarks.engine;

import dev.lockstep.spi.LogListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the forces of a log and the bytes that they covered, and collects its pauses. */
final class Forces implements LogListener {
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final List<Duration> pauses = new CopyOnWriteArrayList<>();

  @Override
  public void forced(long covered, Duration took) {
    count.incrementAndGet();
    bytes.addAndGet(covered);
  }

  @Override
  public void paused(Duration took) {
    pauses.add(took);
  }

  long bytes() {
    return bytes.get();
  }

  /** How many bytes a force covered on average. */
  int bytesPerForce() {
    return Math.toIntExact(bytes.get() / Math.max(count.get(), 1));
  }

  /** How long the log stood still, for each checkpoint and at the close. */
  List<Duration> pauses() {
    return List.copyOf(pauses);
  }
}
