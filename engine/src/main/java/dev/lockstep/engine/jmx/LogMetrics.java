package dev.lockstep.engine.jmx;

import dev.lockstep.CommitPath;
import dev.lockstep.LockstepException;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.LogListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what the log tells its listeners. Thread-safe. */
public final class LogMetrics implements LogListener {
  private final RecentDurations forces = new RecentDurations();
  private final RecentDurations commits = new RecentDurations();
  private final LongAdder forcedBytes = new LongAdder();
  private final LongAdder appendedBytes = new LongAdder();
  private final LongAdder committedMessages = new LongAdder();
  private final LongAdder rolledBack = new LongAdder();
  private final LongAdder prepared = new LongAdder();
  private final Map<CommitPath, LongAdder> committed = new ConcurrentHashMap<>();
  private volatile boolean failed;

  /** Is told that the log has grown, forced or not. */
  public void appended(long bytes) {
    appendedBytes.add(bytes);
  }

  /** Is told of a force; unlike listeners, without an object for the time that it took. */
  public void forcedIn(long nanos, long bytes) {
    forcedBytes.add(bytes);
    forces.add(nanos);
  }

  /** Is told of a commit, likewise. */
  public void committedIn(long nanos, CommitPath path, int messages) {
    counter(path).increment();
    committedMessages.add(messages);
    commits.add(nanos);
  }

  @Override
  public void rolledBack(BranchId id) {
    rolledBack.increment();
  }

  @Override
  public void undecided(BranchId id, Decider decider) {
    prepared.increment();
  }

  @Override
  public void failed(LockstepException cause) {
    failed = true;
  }

  RecentDurations forces() {
    return forces;
  }

  RecentDurations commits() {
    return commits;
  }

  long forcedBytes() {
    return forcedBytes.sum();
  }

  long appendedBytes() {
    return appendedBytes.sum();
  }

  long committed(CommitPath path) {
    return counter(path).sum();
  }

  long committedMessages() {
    return committedMessages.sum();
  }

  long rolledBack() {
    return rolledBack.sum();
  }

  long prepared() {
    return prepared.sum();
  }

  boolean failed() {
    return failed;
  }

  private LongAdder counter(CommitPath path) {
    return committed.computeIfAbsent(path, any -> new LongAdder());
  }
}
