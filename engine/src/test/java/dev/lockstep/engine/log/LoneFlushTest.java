package dev.lockstep.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Durability;
import dev.lockstep.LogFailedException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.log.SegmentLog.ReplayFrom;
import dev.lockstep.spi.Forcing;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Units that come one by one: their own threads flush them, and nothing depends on that. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoneFlushTest {
  private static final int SEGMENT = 64 * 1024;

  private final PowerCutStorage storage = new PowerCutStorage(13);
  private final List<Thread> appliedBy = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Thread> failedBy = new CompletableFuture<>();
  private final AtomicInteger writes = new AtomicInteger();
  private SegmentLog log;

  private void open(Durability durability) throws IOException {
    open(durability, Duration.ofMillis(1));
  }

  private void open(Durability durability, Duration interval) throws IOException {
    log =
        SegmentLog.open(
            storage,
            SegmentLog.identity(storage, SEGMENT),
            ReplayFrom.START,
            (type, position, length, body) -> {},
            new ForcePolicy(durability, interval),
            new Events());
    log.start();
  }

  @AfterEach
  void close() throws IOException {
    log.close();
  }

  private Ticket append(Runnable effect) {
    return append(effect, Forcing.FORCED);
  }

  private Ticket append(Runnable effect, Forcing forcing) {
    ByteBuffer body = ByteBuffer.wrap(new byte[10]);
    Frame frame = Frame.of(Frame.FIRST_FREE_TYPE, body);
    return log.append(
        LogUnit.of(
            frame,
            () -> {
              appliedBy.add(Thread.currentThread());
              effect.run();
            }),
        Urgency.NEW_WORK,
        forcing);
  }

  @Test
  void whoWaitsAloneFlushes() throws IOException {
    open(Durability.FORCED);
    Thread mine = Thread.currentThread();
    while (!appliedBy.contains(mine)) { // the flusher may be awake and come first
      append(() -> {}).await();
    }
  }

  @Test
  void whatNobodyWaitsForIsFlushedAllTheSame() throws IOException {
    open(Durability.FORCED);
    rest();
    append(() -> {});
    await().until(() -> appliedBy.size() == 2);
    assertThat(appliedBy.get(1)).isNotEqualTo(Thread.currentThread());
  }

  /** Until it has written the watermark: from then on the flusher sleeps. */
  private void rest() {
    int before = writes.get();
    append(() -> {}).await();
    await().until(() -> writes.get() == before + 2);
  }

  @Test
  void whatBreaksOnTheThreadOfACommitFailsTheLogOnItsOwn() throws Exception {
    open(Durability.FORCED);
    rest();
    Ticket ticket =
        append(
            () -> {
              throw new StackOverflowError("as ordered");
            });
    assertThatThrownBy(ticket::await).isInstanceOf(OutcomeUnknownException.class);
    assertThat(failedBy.get(30, TimeUnit.SECONDS).getName()).isEqualTo("lockstep-flusher");
    assertThatThrownBy(() -> append(() -> {}))
        .isInstanceOf(LogFailedException.class)
        .hasMessageContaining("as ordered");
  }

  @Test
  void whatIsDeferredIsFlushedByWhoWaitsNext() throws IOException {
    open(Durability.FORCED);
    List<Thread> both = List.of(Thread.currentThread(), Thread.currentThread());
    do { // the flusher may be awake and come first
      rest();
      appliedBy.clear();
      append(() -> {}, Forcing.DEFERRED);
      append(() -> {}).await();
      assertThat(appliedBy).hasSize(2);
    } while (!appliedBy.equals(both));
  }

  @Test
  void whoLooksFlushesWhatIsDeferred() throws IOException {
    open(Durability.FORCED);
    List<Thread> mine = List.of(Thread.currentThread());
    do {
      rest();
      appliedBy.clear();
      append(() -> {}, Forcing.DEFERRED);
      log.awaitDeferred();
      assertThat(appliedBy).hasSize(1);
    } while (!appliedBy.equals(mine));
    assertThat(log.awaitDeferred()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsDeferredIsFlushedWithoutCompany(Durability durability) throws IOException {
    open(durability);
    for (int i = 1; i <= 3; i++) {
      append(() -> {}, Forcing.DEFERRED);
      int all = i;
      await().until(() -> appliedBy.size() == all);
    }
    assertThat(appliedBy).extracting(Thread::getName).containsOnly("lockstep-flusher");
  }

  /** The flusher wakes once in a while: it would cost more than the commits that it looks after. */
  @Test
  void whatIsTakenAlongWakesNobody() throws IOException {
    open(Durability.FORCED);
    append(() -> {}).await();
    Thread flusher = flusher();
    long before = timesWaited(flusher);
    int commits = 4_000;
    for (int i = 0; i < commits; i++) {
      append(() -> {}, Forcing.DEFERRED);
      append(() -> {}).await();
    }
    assertThat(timesWaited(flusher) - before).isLessThan(commits / 2);
  }

  private Thread flusher() {
    int before = appliedBy.size();
    append(() -> {}, Forcing.DEFERRED);
    await().until(() -> appliedBy.size() > before);
    return appliedBy.get(before);
  }

  private static long timesWaited(Thread thread) {
    return ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId()).getWaitedCount();
  }

  /** What fails with it fails those who look, too. */
  @Test
  void whoLooksIsNotLeftBehindByAFailure() throws Exception {
    open(Durability.FORCED);
    rest();
    append(
        () -> {
          throw new StackOverflowError("as ordered");
        },
        Forcing.DEFERRED);
    log.awaitDeferred();
    failedBy.get(30, TimeUnit.SECONDS);
    log.awaitDeferred();
    assertThatThrownBy(log::checkOpen).isInstanceOf(LogFailedException.class);
  }

  /** The watermark that an idle log writes is not a reason for another one. */
  @Test
  void anIdleLogRests() throws IOException {
    open(Durability.INTERVAL);
    append(() -> {}).await();
    int[] last = {-1};
    await()
        .during(Duration.ofSeconds(1))
        .until(
            () -> {
              int before = last[0];
              last[0] = storage.operations();
              return before == last[0];
            });
  }

  /** A segment that is full to the last byte, and forced by somebody else, leaves nothing to do. */
  @Test
  void whoHasNothingToForceSleeps() throws IOException {
    Duration interval = Duration.ofSeconds(1); // not over when somebody else forces
    open(Durability.INTERVAL, interval);
    long room = SEGMENT - log.runAtBoundary(position -> position).join() % SEGMENT;
    int length = (int) room;
    while (Watermark.LENGTH + Frame.lengthOf(length) > room) {
      length--;
    }
    Frame frame = Frame.of(Frame.FIRST_FREE_TYPE, ByteBuffer.wrap(new byte[length]));
    log.append(LogUnit.of(frame, () -> {}), Urgency.NEW_WORK).await();
    long end = log.runAtBoundary(position -> position).join();
    assertThat(end % SEGMENT).isZero();
    log.forceTo(end);
    Thread flusher = log.runAtBoundary(position -> Thread.currentThread()).join();
    await()
        .pollDelay(interval.multipliedBy(2))
        .until(() -> flusher.getState() == Thread.State.TIMED_WAITING);
  }

  private final class Events implements LogEvents {
    @Override
    public void written(long bytes) {
      writes.incrementAndGet();
    }

    @Override
    public void forced(long bytes, long nanos) {}

    @Override
    public void apply(Runnable units) {
      units.run();
    }

    @Override
    public void outOfSpace() {}

    @Override
    public void failed(Throwable cause) {
      failedBy.complete(Thread.currentThread());
    }
  }
}
