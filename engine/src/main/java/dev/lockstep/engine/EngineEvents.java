package dev.lockstep.engine;

import dev.lockstep.CommitPath;
import dev.lockstep.LogFailedException;
import dev.lockstep.OnLogFailure;
import dev.lockstep.engine.index.Visibility;
import dev.lockstep.engine.jmx.LogMetrics;
import dev.lockstep.engine.log.LogEvents;
import dev.lockstep.engine.tx.BranchEvents;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.LogListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Passes on what the log does: and what becomes of branches: to the visible state, to listeners, to
 * the checkpointer.
 */
final class EngineEvents implements LogEvents, BranchEvents {
  /** The status of a halted process, as sysexits.h has it for input and output errors. */
  private static final int HALT_STATUS = 74;

  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private final Visibility visibility;
  private final List<LogListener> configured;

  /** These, and the metrics. */
  private final List<LogListener> all;

  private final OnLogFailure onFailure;
  private final LogMetrics metrics = new LogMetrics();
  private volatile LongConsumer onGrowth = bytes -> {};
  private volatile Runnable onPressure = () -> {};

  EngineEvents(Visibility visibility, List<LogListener> listeners, OnLogFailure onFailure) {
    this.visibility = visibility;
    this.configured = List.copyOf(listeners);
    this.all = new ArrayList<>();
    this.all.add(metrics);
    this.all.addAll(listeners);
    this.onFailure = onFailure;
  }

  LogMetrics metrics() {
    return metrics;
  }

  void onPressure(Runnable runnable) {
    onPressure = runnable;
  }

  void onGrowth(LongConsumer consumer) {
    onGrowth = consumer;
  }

  @Override
  public void written(long bytes) {
    metrics.appended(bytes);
    onGrowth.accept(bytes);
  }

  @Override
  public void forced(long bytes, long nanos) {
    metrics.forcedIn(nanos, bytes);
    if (configured.isEmpty()) {
      return;
    }
    Duration took = Duration.ofNanos(nanos);
    for (int i = 0; i < configured.size(); i++) { // each force: without other objects
      try {
        configured.get(i).forced(bytes, took);
      } catch (RuntimeException e) {
        threw(configured.get(i), e);
      }
    }
  }

  @Override
  public void apply(Runnable units) {
    visibility.apply(units);
  }

  @Override
  public boolean isWatched() {
    return visibility.isWatched();
  }

  @Override
  public void outOfSpace() {
    onPressure.run();
  }

  @Override
  public void paused(Duration took) {
    tell(listener -> listener.paused(took));
  }

  @Override
  public void failed(Throwable cause) {
    LogFailedException failure =
        new LogFailedException(
            "the log failed and is out of use until it is opened again: "
                + cause
                + "; repair the cause and restart the process",
            cause);
    LOGGER.log(System.Logger.Level.ERROR, failure.getMessage(), cause);
    tell(listener -> listener.failed(failure));
    if (onFailure == OnLogFailure.HALT) {
      LOGGER.log(
          System.Logger.Level.ERROR,
          "LSTP-0313: halting, since nobody can know what is durable;"
              + " lockstep.on-log-failure=refuse keeps the process");
      Runtime.getRuntime().halt(HALT_STATUS);
    }
    visibility.wake();
  }

  @Override
  public void committed(CommitPath path, int messages, long nanos) {
    metrics.committedIn(nanos, path, messages);
    if (LOGGER.isLoggable(System.Logger.Level.DEBUG)) {
      LOGGER.log(
          System.Logger.Level.DEBUG,
          "a transaction is committed, path {0}: {1} messages in {2} \u00b5s",
          path.key(),
          messages,
          nanos / 1000);
    }
    if (configured.isEmpty()) {
      return;
    }
    Duration took = Duration.ofNanos(nanos);
    for (int i = 0; i < configured.size(); i++) { // each commit: without other objects
      try {
        configured.get(i).committed(path, messages, took);
      } catch (RuntimeException e) {
        threw(configured.get(i), e);
      }
    }
  }

  @Override
  public void rolledBack(BranchId id) {
    tell(listener -> listener.rolledBack(id));
  }

  @Override
  public void undecided(BranchId id, Decider decider) {
    tell(listener -> listener.undecided(id, decider));
  }

  private void tell(Consumer<LogListener> event) {
    for (LogListener listener : all) {
      try {
        event.accept(listener);
      } catch (RuntimeException e) {
        threw(listener, e);
      }
    }
  }

  private static void threw(LogListener listener, RuntimeException exception) {
    LOGGER.log(
        System.Logger.Level.WARNING,
        "LSTP-0314: listener " + listener + " threw; ignored",
        exception);
  }
}
