package dev.lockstep.spi;

import dev.lockstep.LockstepException;
import java.time.Duration;

/**
 * Is told what the log does; for metrics, alarms and tests. The methods are called on threads of
 * the log: they must be quick, and must not call it. What they throw is logged and otherwise
 * ignored. Later versions of this interface grow by default methods only.
 */
public interface LogListener {
  /**
   * A force has returned. Called after it, and lost with a crash.
   *
   * @param bytes how many bytes of the log it covered
   * @param took how long the write and the force took
   */
  default void forced(long bytes, Duration took) {}

  /**
   * The log has failed. Called before the process halts, where that is configured.
   *
   * @param cause what failed
   */
  default void failed(LockstepException cause) {}
}
