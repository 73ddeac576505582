package dev.lockstep.engine.client;

import dev.lockstep.Lockstep.Work;
import dev.lockstep.LockstepConfig;
import dev.lockstep.NoTransactionException;
import dev.lockstep.OutsideTransaction;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Which branch a call belongs to. Thread-safe.
 *
 * <p>The innermost transaction wins. Work of {@link #run} joins a transaction of the binding that
 * is there before it, so one that is seen within such work was begun later and is the inner one.
 */
final class CurrentTransaction {
  private final TransactionalLog log;
  private final TransactionBinding binding;
  private final OutsideTransaction outside;

  /**
   * The branches of {@link #run}. A map rather than a thread-local: it leaves nothing behind in
   * threads that outlive this object, which a redeploy would otherwise leak.
   */
  private final Map<Thread, Branch> own = new ConcurrentHashMap<>();

  CurrentTransaction(LockstepConfig config, TransactionalLog log) {
    this.log = log;
    this.binding = config.transactions();
    this.outside = config.outsideTransaction();
  }

  /**
   * The branch that a call on this thread belongs to.
   *
   * @param call what the caller wants to do, for the message
   * @return the branch, or empty if the call is to use {@link #inOwn}
   * @throws NoTransactionException if there is none, and that is refused
   */
  Optional<Branch> forCall(String call) {
    Optional<Branch> current = find();
    if (current.isEmpty() && outside == OutsideTransaction.REJECT) {
      throw new NoTransactionException(
          call
              + " outside a transaction. Annotate the caller with @Transactional,"
              + " or wrap it in lockstep.inTransaction(..)");
    }
    return current;
  }

  private Optional<Branch> find() {
    Optional<Branch> bound = binding.current(log);
    return bound.isPresent() ? bound : Optional.ofNullable(own.get(Thread.currentThread()));
  }

  /** Runs work in the thread's transaction, or else in a new one that this thread then has. */
  <R, E extends Exception> R run(Work<R, E> work) throws E {
    if (find().isPresent()) {
      return work.run();
    }
    return complete(log.begin(), branch -> runBound(branch, work));
  }

  private <R, E extends Exception> R runBound(Branch branch, Work<R, E> work) throws E {
    own.put(Thread.currentThread(), branch);
    try {
      return work.run();
    } finally {
      own.remove(Thread.currentThread());
    }
  }

  /** Does something in a transaction of its own, whatever transaction the thread has. */
  <R> R inOwn(Function<Branch, R> work) {
    return complete(log.begin(), work::apply);
  }

  /**
   * Commits what the work did. A failed commit needs no rollback: either it has rolled back, or
   * nobody knows.
   */
  private static <R, E extends Exception> R complete(Branch branch, BranchWork<R, E> work)
      throws E {
    R result;
    try {
      result = work.run(branch);
    } catch (Throwable failure) {
      rollback(branch, failure);
      throw failure;
    }
    branch.commitOnePhase();
    return result;
  }

  private static void rollback(Branch branch, Throwable reason) {
    try {
      branch.rollback();
    } catch (RuntimeException e) {
      reason.addSuppressed(e);
    }
  }

  @FunctionalInterface
  private interface BranchWork<R, E extends Exception> {
    R run(Branch branch) throws E;
  }
}
