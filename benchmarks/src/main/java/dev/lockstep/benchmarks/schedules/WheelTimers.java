package dev.lockstep.benchmarks.schedules;

import dev.lockstep.benchmarks.peers.Timers;
import dev.lockstep.engine.delay.TimingWheel;

/** Lockstep's timing wheel, which takes the time as an argument. */
final class WheelTimers implements Timers {
  private static final int AT_ONCE = 1_000;

  private final TimingWheel wheel = new TimingWheel(System.currentTimeMillis());
  private final long[] handles;
  private int expired;
  private long last;

  /** So many timers at a time, at most. */
  WheelTimers(int most) {
    handles = new long[most];
  }

  @Override
  public String setUp() {
    return "the timing wheel, which is exact to the millisecond. Scheduling reads the clock, as it"
        + " does in the peers. Expiry: the wheel is told the time at which the last one is due, and"
        + " hands out "
        + AT_ONCE
        + " at a time, on the caller's thread";
  }

  @Override
  public void schedule(int number, long delayMillis) {
    long due = System.currentTimeMillis() + delayMillis;
    last = Math.max(last, due);
    handles[number] = wheel.insert(due, number);
  }

  @Override
  public void cancel(int number) {
    if (!wheel.cancel(handles[number])) {
      throw new IllegalStateException("timer " + number + " is not there");
    }
  }

  @Override
  public void ripen(long due) {
    // The time is what the caller says.
  }

  @Override
  public int expire() {
    expired = 0;
    boolean more = true;
    while (more) {
      more = wheel.advance(last, AT_ONCE, (handle, due, number) -> expired++);
    }
    return expired;
  }

  @Override
  public void close() {
    // It has no thread, and no file.
  }
}
