package dev.lockstep.engine.jmx;

import dev.lockstep.CommitPath;
import dev.lockstep.engine.jmx.LogFigures.Written;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A log, from what it tells its listeners and from what it holds. */
final class LogBean implements LogMXBean {
  private static final long NONE = -1;

  private final LogFigures figures;
  private final LogMetrics metrics;

  LogBean(LogFigures figures, LogMetrics metrics) {
    this.figures = figures;
    this.metrics = metrics;
  }

  @Override
  public String getDirectory() {
    return figures.directory();
  }

  @Override
  public String getLogId() {
    return figures.id().toString();
  }

  @Override
  public int getIncarnation() {
    return figures.incarnation();
  }

  @Override
  public String getCommitPath() {
    return figures.commitPath().map(CommitPath::key).orElse("unknown");
  }

  @Override
  public boolean isFailed() {
    return metrics.failed();
  }

  @Override
  public long getForces() {
    return metrics.forces().count();
  }

  @Override
  public double getForcesPerTransaction() {
    long committed = 0;
    for (CommitPath path : CommitPath.values()) {
      committed += metrics.committed(path);
    }
    return committed == 0 ? 0 : (double) metrics.forces().count() / committed;
  }

  @Override
  public long getForcedBytes() {
    return metrics.forcedBytes();
  }

  @Override
  public long getForceMicrosTotal() {
    return metrics.forces().totalMicros();
  }

  @Override
  public long getForceMicrosP50() {
    return metrics.forces().percentileMicros(50);
  }

  @Override
  public long getForceMicrosP99() {
    return metrics.forces().percentileMicros(99);
  }

  @Override
  public long getForceMicrosMax() {
    return metrics.forces().maxMicros();
  }

  @Override
  public long getAppendedBytes() {
    return metrics.appendedBytes();
  }

  @Override
  public Map<String, Long> getCommitted() {
    Map<String, Long> committed = new TreeMap<>();
    for (CommitPath path : CommitPath.values()) {
      committed.put(path.name(), metrics.committed(path));
    }
    return committed;
  }

  @Override
  public long getRolledBack() {
    return metrics.rolledBack();
  }

  @Override
  public long getPrepared() {
    return metrics.prepared();
  }

  @Override
  public long getCommittedMessages() {
    return metrics.committedMessages();
  }

  @Override
  public long getCommitMicrosP50() {
    return metrics.commits().percentileMicros(50);
  }

  @Override
  public long getCommitMicrosP99() {
    return metrics.commits().percentileMicros(99);
  }

  @Override
  public long getSegments() {
    return figures.space().get().segments();
  }

  @Override
  public long getDiskUsedBytes() {
    return figures.space().get().usedBytes();
  }

  @Override
  public long getDiskBudgetBytes() {
    return figures.space().get().budgetBytes();
  }

  private Optional<Written> newest() {
    return figures.checkpoints().get().newest();
  }

  @Override
  public long getCheckpoints() {
    return newest().map(Written::count).orElse(0L);
  }

  @Override
  public long getCheckpointAgeMillis() {
    return newest().map(written -> written.age().toMillis()).orElse(NONE);
  }

  @Override
  public long getCheckpointMicros() {
    return newest().map(written -> written.took().toNanos() / 1000).orElse(NONE);
  }

  @Override
  public long getReplayBytes() {
    return figures.checkpoints().get().replayBytes();
  }
}
