package dev.lockstep.xa.contract;

import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** Each call for a branch, with each of its flags; their order is that of the table's rows. */
public enum Call {
  START("start", Kind.START, XAResource.TMNOFLAGS),
  JOIN("join", Kind.START, XAResource.TMJOIN),
  RESUME("resume", Kind.START, XAResource.TMRESUME),
  START_JOIN_RESUME("start?", Kind.START, XAResource.TMJOIN | XAResource.TMRESUME),
  START_SUCCESS("start?", Kind.START, XAResource.TMSUCCESS),
  START_ONE_PHASE("start?", Kind.START, XAResource.TMONEPHASE),
  END_SUCCESS("end", Kind.END, XAResource.TMSUCCESS),
  END_FAIL("end failed", Kind.END, XAResource.TMFAIL),
  END_SUSPEND("suspend", Kind.END, XAResource.TMSUSPEND),
  END_NO_FLAGS("end?", Kind.END, XAResource.TMNOFLAGS),
  END_SUCCESS_FAIL("end?", Kind.END, XAResource.TMSUCCESS | XAResource.TMFAIL),
  END_RESUME("end?", Kind.END, XAResource.TMRESUME),
  PREPARE("prepare", Kind.PREPARE, XAResource.TMNOFLAGS),
  COMMIT("commit", Kind.COMMIT, XAResource.TMNOFLAGS),
  COMMIT_ONE_PHASE("commit 1", Kind.COMMIT, XAResource.TMONEPHASE),
  ROLLBACK("rollback", Kind.ROLLBACK, XAResource.TMNOFLAGS),
  FORGET("forget", Kind.FORGET, XAResource.TMNOFLAGS);

  private enum Kind {
    START,
    END,
    PREPARE,
    COMMIT,
    ROLLBACK,
    FORGET
  }

  private final String row;
  private final Kind kind;
  private final int flags;

  Call(String row, Kind kind, int flags) {
    this.row = row;
    this.kind = kind;
    this.flags = flags;
  }

  /** Its row in the table. */
  String row() {
    return row;
  }

  boolean isStart() {
    return kind == Kind.START;
  }

  /**
   * Makes the call.
   *
   * @return what it answered: a vote, an error code, or {@code XA_OK} if it returned nothing
   */
  int answer(XAResource resource, Xid xid) {
    try {
      switch (kind) {
        case START -> resource.start(xid, flags);
        case END -> resource.end(xid, flags);
        case PREPARE -> {
          return resource.prepare(xid);
        }
        case COMMIT -> resource.commit(xid, flags == XAResource.TMONEPHASE);
        case ROLLBACK -> resource.rollback(xid);
        case FORGET -> resource.forget(xid);
      }
      return XAResource.XA_OK;
    } catch (XAException e) {
      return e.errorCode;
    }
  }
}
