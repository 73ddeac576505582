package dev.lockstep.engine.jmx;

import dev.lockstep.CommitPath;
import java.util.Map;
import java.util.TreeMap;

/** A log, from what it tells its listeners and from what it holds. */
final class LogBean implements LogMXBean {
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
  public boolean isFailed() {
    return metrics.failed();
  }

  @Override
  public long getForces() {
    return metrics.forces().count();
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
}
