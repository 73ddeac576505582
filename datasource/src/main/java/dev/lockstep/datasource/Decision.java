package dev.lockstep.datasource;

import java.sql.SQLException;
import java.util.stream.Stream;
import javax.sql.XAConnection;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** What the manager decided for a prepared branch, to be done on whichever connection is alive. */
interface Decision {
  /** Commits or rolls back by means of a resource. */
  void carryOut(XAResource resource) throws XAException;

  /**
   * Opens a new connection beside one that failed, and carries the decision out there.
   *
   * @return whether the server listed the branch as prepared; if not, nothing was left to do
   */
  default boolean carryOutElsewhere(GuardedXAConnection failed, Xid xid)
      throws SQLException, XAException {
    XAConnection fresh = failed.reopen();
    try {
      XAResource resource = fresh.getXAResource();
      if (!isListed(xid, resource)) {
        return false;
      }
      XAExceptions.guarded(() -> carryOut(resource));
      return true;
    } finally {
      fresh.close();
    }
  }

  private static boolean isListed(Xid xid, XAResource resource) throws XAException {
    BranchKey key = BranchKey.of(xid);
    Xid[] listed =
        XAExceptions.guarded(
            () -> resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN));
    return Stream.of(listed).map(BranchKey::of).anyMatch(key::equals);
  }
}
