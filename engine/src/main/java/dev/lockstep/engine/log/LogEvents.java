package dev.lockstep.engine.log;

import java.time.Duration;

/**
 * Who is told what the log does, on the thread that does it: one of the log's, or of a committer.
 */
public interface LogEvents {
  /** A group of so many bytes was written. */
  void written(long bytes);

  /** A force returned; it covered so many bytes and took so long. */
  void forced(long bytes, long nanos);

  /** Units of one group are about to be applied, all of them in this call. */
  void apply(Runnable units);

  /**
   * Whether somebody waits for what units show when they are applied. Asked with the log's lock
   * held.
   */
  default boolean isWatched() {
    return false;
  }

  /** There is no room for another segment. Told again and again, as long as that is so. */
  void outOfSpace();

  /** Groups waited so long for a boundary and its tasks. */
  default void paused(Duration took) {}

  /** The log failed, once and for good. */
  void failed(Throwable cause);
}
