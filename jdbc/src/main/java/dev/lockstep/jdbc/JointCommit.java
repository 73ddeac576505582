package dev.lockstep.jdbc;

/**
 * What a connection unwraps to, if something can be committed together with the transaction that a
 * transaction manager commits on it. Internal to Lockstep.
 */
public interface JointCommit {
  /**
   * Has a companion complete together with the transaction that is open on the connection now, and
   * with no later one.
   *
   * @param companion what is to complete with it
   * @return whether it does: not if there is no transaction of a manager, or if it has a companion
   */
  boolean join(Companion companion);
}
