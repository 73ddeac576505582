package dev.lockstep.benchmarks.peers;

import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.TimerTask;

/**
 * Kafka's {@link SystemTimer}, a hierarchical wheel. Timers expire by its own clock, when whoever
 * drives it asks for them, and run on a thread of its own.
 */
public final class KafkaTimers implements Timers {
  private final SystemTimer timer = new SystemTimer("benchmark");
  private final TimerTask[] tasks;
  private final Expiries expiries = new Expiries();
  private int pending;

  /** A timer. */
  private static final class Task extends TimerTask {
    private final Expiries expiries;

    private Task(long delayMillis, Expiries expiries) {
      super(delayMillis);
      this.expiries = expiries;
    }

    @Override
    public void run() {
      expiries.count();
    }
  }

  /** So many timers at a time, at most. */
  public KafkaTimers(int most) {
    tasks = new TimerTask[most];
  }

  @Override
  public String setUp() {
    return "SystemTimer as it comes (ticks of 1 ms, 20 slots a level). Expiry: when all are due,"
        + " advanceClock is called until it has nothing left, and the last one has run on the timer's"
        + " executor";
  }

  @Override
  public void schedule(int number, long delayMillis) {
    Task task = new Task(delayMillis, expiries);
    tasks[number] = task;
    timer.add(task);
    pending++;
  }

  @Override
  public void cancel(int number) {
    tasks[number].cancel();
    pending--;
  }

  @Override
  public void ripen(long due) {
    Expiries.awaitTime(due);
  }

  @Override
  public int expire() throws InterruptedException {
    while (timer.advanceClock(0)) {
      // The next slots, and those which their timers have come to.
    }
    int expired = pending;
    expiries.awaitAll(pending);
    pending = 0;
    return expired;
  }

  @Override
  public void close() {
    timer.close();
  }
}
