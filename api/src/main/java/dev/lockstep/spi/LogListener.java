package dev.lockstep.spi;

import dev.lockstep.CommitPath;
import dev.lockstep.LockstepException;
import java.time.Duration;

/**
 * Is told what the log does; for metrics, alarms and tests. The methods are called on threads of
 * the log and on those that complete transactions, several at a time: they must be thread-safe and
 * quick, and must not call the log. What they throw is logged and otherwise ignored. Later versions
 * of this interface grow by default methods only.
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
   * A transaction with messages or acknowledgements is committed: durable, as configured, and
   * visible. Called after that, and lost with a crash in between.
   *
   * @param path how the transaction was made atomic
   * @param messages how many messages it sent
   * @param took how long the commit took, in the second phase where there are two; with {@link
   *     Forcing#DEFERRED} that includes the time until the next force
   */
  default void committed(CommitPath path, int messages, Duration took) {}

  /**
   * A transaction is rolled back. One that is not prepared is also rolled back by a crash, of which
   * nobody is told.
   *
   * @param id the branch
   */
  default void rolledBack(BranchId id) {}

  /**
   * A branch is prepared: its outcome is for somebody else to decide. Called once its prepare is
   * durable (or has its place in the log, with {@link Forcing#DEFERRED}), and at the open of the
   * log for each branch that was found so.
   *
   * @param id the branch
   * @param decider who decides
   */
  default void undecided(BranchId id, Decider decider) {}

  /**
   * The log has stood still between two groups of frames, as it does for each checkpoint. Commits
   * that came meanwhile have waited for that, beside their own force.
   *
   * @param took how long it stood still
   */
  default void paused(Duration took) {}

  /**
   * The log has failed. Called before the process halts, where that is configured.
   *
   * @param cause what failed
   */
  default void failed(LockstepException cause) {}
}
