package dev.lockstep.engine.model;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A wall clock that stands still until it is told to step, forwards or backwards. */
final class SteppingClock extends Clock {
  private volatile Instant now = Instant.parse("2025-01-01T00:00:00Z");
  private Instant latest = now;

  void step(Duration by) {
    now = now.plus(by);
    latest = now.isAfter(latest) ? now : latest;
  }

  /** The latest time that it has shown. */
  long latest() {
    return latest.toEpochMilli();
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("always UTC");
  }
}
