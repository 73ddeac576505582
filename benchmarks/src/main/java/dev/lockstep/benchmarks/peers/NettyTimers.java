package dev.lockstep.benchmarks.peers;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Netty's {@link HashedWheelTimer}. Its own thread puts timers into the wheel, takes those out that
 * are cancelled, and runs those that are due, at the time by the clock.
 */
public final class NettyTimers implements Timers {
  private static final int TICK_MILLIS = 10;
  private static final int TICKS = 1 << 16;

  private final HashedWheelTimer timer =
      new HashedWheelTimer(
          new DefaultThreadFactory("netty-timer", true),
          TICK_MILLIS,
          TimeUnit.MILLISECONDS,
          TICKS,
          false);
  private final Timeout[] timeouts;
  private final Expiries expiries = new Expiries();
  private final TimerTask task = timeout -> expiries.count();
  private CountDownLatch release = new CountDownLatch(0);
  private int pending;

  /** So many timers at a time, at most. */
  public NettyTimers(int most) {
    timeouts = new Timeout[most];
  }

  @Override
  public String setUp() {
    return "HashedWheelTimer with ticks of "
        + TICK_MILLIS
        + " ms and "
        + TICKS
        + " of them in a turn (as it comes: 100 ms and 512, where each timer would be visited in"
        + " every turn until it is due). A call only puts a timer, or its cancellation, into a queue;"
        + " the timer's thread does the rest, which is not measured. Expiry: that thread is held by"
        + " a task until all are due, and measured from its release to the last one";
  }

  @Override
  public void schedule(int number, long delayMillis) {
    timeouts[number] = timer.newTimeout(task, delayMillis, TimeUnit.MILLISECONDS);
    pending++;
  }

  @Override
  public void cancel(int number) {
    timeouts[number].cancel();
    pending--;
  }

  /** What was queued before a timer is where it is to be when that one expires. */
  @Override
  public void settle() throws InterruptedException {
    CountDownLatch reached = new CountDownLatch(1);
    timer.newTimeout(timeout -> reached.countDown(), 0, TimeUnit.MILLISECONDS);
    Expiries.await(reached);
  }

  @Override
  public void ripen(long due) throws InterruptedException {
    settle();
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch hold = new CountDownLatch(1);
    timer.newTimeout(
        timeout -> {
          held.countDown();
          hold.await();
        },
        0,
        TimeUnit.MILLISECONDS);
    Expiries.await(held);
    Expiries.awaitTime(due);
    release = hold;
  }

  @Override
  public int expire() {
    int left = pending - expiries.soFar();
    release.countDown();
    expiries.awaitAll(pending);
    pending = 0;
    return left;
  }

  @Override
  public void close() {
    timer.stop();
  }
}
