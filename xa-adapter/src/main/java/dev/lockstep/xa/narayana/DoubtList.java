package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.coordinator.ActionManager;
import com.arjuna.ats.arjuna.exceptions.ObjectStoreException;
import com.arjuna.ats.arjuna.objectstore.StoreManager;
import com.arjuna.ats.arjuna.state.InputObjectState;
import com.arjuna.ats.internal.arjuna.common.UidHelper;
import com.arjuna.ats.internal.jta.transaction.arjunacore.AtomicAction;
import com.arjuna.ats.jta.xa.XATxConverter;
import com.arjuna.ats.jta.xa.XidImple;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * Lists what a node has in doubt: branches and decision records that no transaction here works on.
 */
final class DoubtList {
  private final String nodeId;

  DoubtList(String nodeId) {
    this.nodeId = nodeId;
  }

  /** The branches in doubt, and the resources out of reach. */
  List<String> branches(List<RecoveryHandle> handles) {
    List<String> doubts = new ArrayList<>();
    handles.forEach(handle -> addBranches(handle, doubts));
    return doubts;
  }

  // Opening a database throws whatever its driver does: it becomes a line of the report.
  @SuppressWarnings("CatchingUnchecked")
  private void addBranches(RecoveryHandle handle, List<String> doubts) {
    try {
      handle.open();
      Xid[] found = handle.recover(XAResource.TMSTARTRSCAN);
      handle.recover(XAResource.TMENDRSCAN);
      for (Xid xid : found) {
        if (isOurs(xid)) {
          doubts.add("branch " + new XidImple(xid) + " of '" + handle.name() + "' is in doubt");
        }
      }
    } catch (XAException e) {
      doubts.add("'" + handle.name() + "' does not answer: XA error " + e.errorCode + ", " + e);
    } catch (Exception e) {
      doubts.add("'" + handle.name() + "' is out of reach: " + e);
    }
  }

  private boolean isOurs(Xid xid) {
    XidImple known = new XidImple(xid);
    return xid.getFormatId() == XATxConverter.FORMAT_ID
        && nodeId.equals(XATxConverter.getNodeName(known.getXID()))
        && !isInFlight(known.getTransactionUid());
  }

  private static boolean isInFlight(Uid transaction) {
    return ActionManager.manager().get(transaction) != null;
  }

  /** The decision records that no transaction here works on. */
  List<String> records() {
    InputObjectState uids = new InputObjectState();
    List<String> records = new ArrayList<>();
    try {
      if (!StoreManager.getRecoveryStore().allObjUids(new AtomicAction().type(), uids)) {
        return List.of("the transaction store does not list its decision records");
      }
      for (Uid uid = next(uids); !uid.equals(Uid.nullUid()); uid = next(uids)) {
        if (!isInFlight(uid)) {
          records.add("decision record " + uid + " is not carried out everywhere");
        }
      }
    } catch (ObjectStoreException | IOException e) {
      return List.of("the transaction store is out of reach: " + e);
    }
    return records;
  }

  private static Uid next(InputObjectState uids) throws IOException {
    return UidHelper.unpackFrom(uids);
  }
}
