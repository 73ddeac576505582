package dev.lockstep.xa.contract;

/** What the specification asks for, beside the answers to single calls. */
public enum Trait {
  /** A branch without work may be answered with XA_RDONLY; this one is, and is complete then. */
  VOTES_READ_ONLY,
  /** setTransactionTimeout returns true; a resource may do without. */
  HAS_TIMEOUTS,
  /** A negative timeout is XAER_INVAL. */
  REFUSES_NEGATIVE_TIMEOUTS,
  /** isSameRM is true of two resources of one resource manager. */
  KNOWS_ITS_RESOURCE_MANAGER,
  /** Several resources, each with its own thread, work in one branch. */
  SHARES_A_BRANCH,
  /** One resource works in one branch after the other, and these complete in any order. */
  INTERLEAVES_BRANCHES,
  /** What another resource has completed is XAER_NOTA for the one that prepared it. */
  LEARNS_WHAT_OTHERS_COMPLETED,
  /** recover without TMSTARTRSCAN needs an open scan: XAER_INVAL. */
  NEEDS_AN_OPEN_SCAN,
  /** Calls without an xid are XAER_INVAL, or XAER_NOTA. */
  REFUSES_A_MISSING_XID,
  /** An xid with a part of more than 64 bytes, or without one of its parts, is XAER_INVAL. */
  REFUSES_BAD_XIDS,
  /** What counts are the parts of an xid, and not whether its class has equals. */
  COMPARES_XIDS_BY_THEIR_PARTS,
  /** Global ids and qualifiers may have 64 bytes each. */
  TAKES_LONG_XIDS
}
