package dev.lockstep.spi;

import dev.lockstep.CommitPath;
import dev.lockstep.Diagnosis.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a call finds the branch of its thread's transaction. Implementations are thread-safe; later
 * versions of this interface grow by default methods only.
 */
public interface TransactionBinding {
  /**
   * The branch of the calling thread's transaction. At the first call in a transaction the binding
   * begins the branch and makes it take part.
   *
   * @param log the log whose branch is asked for
   * @return the branch, or empty if the thread has no transaction
   */
  Optional<Branch> current(TransactionalLog log);

  /**
   * Called once when a log has been opened and recovered, before anything is sent or consumed: the
   * binding makes its undecided branches known to recovery.
   *
   * @param log the open log
   */
  default void attach(TransactionalLog log) {}

  /**
   * Called once before a log closes: recovery must not call it any more afterwards.
   *
   * @param log the log that closes
   */
  default void detach(TransactionalLog log) {}

  /**
   * What was decided of a branch in doubt, as far as that can be proven now: by the record of the
   * transaction manager, by the marker in the database. It must be a proof: that nothing is found
   * of a transaction which is still alive, or whose manager can't be asked, is {@link
   * Decision#UNKNOWN}. May take as long as asking takes.
   *
   * @param branch a prepared branch
   * @return the decision
   */
  default Decision decision(BranchId branch) {
    return Decision.UNKNOWN;
  }

  /**
   * Whose decision a branch in doubt waits for, for whoever looks at it.
   *
   * @param branch a prepared branch
   * @return a description that follows "waits for", such as {@code the transaction of database
   *     'shop'}; empty if there is no more to say than who its decider is
   */
  default Optional<String> waitsFor(TransactionalLog.Undecided branch) {
    return Optional.empty();
  }

  /**
   * Looks for what is unsafe or slow about the transaction manager and its recovery. Called before
   * the first log is attached, behind each {@link #attach}, and on demand.
   *
   * @return what was found
   */
  default List<Finding> diagnose() {
    return List.of();
  }

  /**
   * The ways in which it can make a transaction atomic.
   *
   * @return the paths, that which it takes by default first; empty if it does not say
   */
  default List<CommitPath> paths() {
    return List.of();
  }

  /**
   * After which time a transaction is rolled back that has not set its own.
   *
   * @return the time; empty if it is not known
   */
  default Optional<Duration> transactionTimeout() {
    return Optional.empty();
  }

  /**
   * No transactions but the log's own.
   *
   * @return the binding that never finds a transaction; always the same instance
   */
  static TransactionBinding none() {
    return NoBinding.INSTANCE;
  }
}
