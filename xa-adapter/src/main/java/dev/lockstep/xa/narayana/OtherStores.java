package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.jta.recovery.XAResourceOrphanFilter;
import com.arjuna.ats.jta.xa.XATxConverter;
import com.arjuna.ats.jta.xa.XidImple;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;
import javax.transaction.xa.Xid;

/**
 * Has recovery leave alone what has this node's id and is decided with another store. That there is
 * no decision in this one means nothing then. Thread-safe.
 */
final class OtherStores implements XAResourceOrphanFilter {
  private static final Logger LOGGER = System.getLogger(OtherStores.class.getName());
  private static final int MOST = 16;

  private final ResourceNames names;
  private final Set<Uid> told = new HashSet<>();

  OtherStores(ResourceNames names) {
    this.names = names;
  }

  @Override
  public Vote checkXid(Xid xid) {
    if (xid.getFormatId() != XATxConverter.FORMAT_ID) {
      return Vote.ABSTAIN;
    }
    XidImple branch = new XidImple(xid);
    if (names.origin(branch) != Origin.OTHER_STORE) {
      return Vote.ABSTAIN;
    }
    tell(branch.getTransactionUid());
    return Vote.LEAVE_ALONE;
  }

  private synchronized void tell(Uid transaction) {
    if (told.size() < MOST && told.add(transaction)) {
      LOGGER.log(
          Level.WARNING,
          "LSTP-0525: recovery leaves transaction "
              + transaction
              + " alone: it has the id of this node, and is decided with another store of decisions."
              + " If another process has this node id, give each its own. If the store was lost,"
              + " commit or roll back what is prepared by hand");
    }
  }
}
