package dev.lockstep.xa.contract;

/** Who makes a call. */
public enum Caller {
  /** The resource that has worked in the branch. */
  WORKER,
  /** Another resource of the same resource manager, which has done nothing so far. */
  OTHER
}
