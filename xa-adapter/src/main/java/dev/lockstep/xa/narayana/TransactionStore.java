package dev.lockstep.xa.narayana;

/** Where the transaction manager keeps its decision records. */
public enum TransactionStore {
  /** In files of their own, in the store directory: a force for each transaction. */
  FILES,
  /**
   * In the first log that is opened with the binding, behind the prepare of its own branch. While
   * no log is open, in files. The log must force what it commits ({@code Durability.FORCED}).
   */
  CO_LOCATED
}
