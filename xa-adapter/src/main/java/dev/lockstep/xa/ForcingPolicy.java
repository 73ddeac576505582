package dev.lockstep.xa;

import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.TransactionalLog;

/**
 * Says which prepares and commits need no force of their own, because the transaction manager
 * forces its decision into the same log, behind the prepare. Implementations are thread-safe and
 * quick, and throw nothing.
 */
public interface ForcingPolicy {
  /** Forces everything, as is right with any transaction manager. */
  ForcingPolicy ALWAYS = new ForcingPolicy() {};

  /**
   * Asked before a branch is prepared, when all resources of its transaction are known.
   *
   * @param log the log of the branch
   * @param branch the branch
   * @return {@link Forcing#DEFERRED} only if nobody commits anything of the transaction before its
   *     decision is forced into that log
   */
  default Forcing prepare(TransactionalLog log, BranchId branch) {
    return Forcing.FORCED;
  }

  /**
   * Asked before a prepared branch is committed.
   *
   * @param log the log of the branch
   * @param branch the branch
   * @return {@link Forcing#DEFERRED} only if the decision lies durable in that log, and stays there
   *     until something behind the commit removes it
   */
  default Forcing commit(TransactionalLog log, BranchId branch) {
    return Forcing.FORCED;
  }

  /**
   * The transaction of a branch is over, for this process at least.
   *
   * @param branch the branch
   */
  default void ended(BranchId branch) {}
}
