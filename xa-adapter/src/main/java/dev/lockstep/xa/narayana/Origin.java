package dev.lockstep.xa.narayana;

/** Who decides on a branch. */
enum Origin {
  /** This node, with a store that it has. */
  HERE,
  /**
   * Somebody with this node's id, and a store that this one does not have: another process, or this
   * one before it lost its store.
   */
  OTHER_STORE,
  /** Another node, or another transaction manager. */
  OTHER_NODE
}
