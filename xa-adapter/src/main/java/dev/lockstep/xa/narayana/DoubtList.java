package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.coordinator.ActionManager;
import com.arjuna.ats.arjuna.exceptions.ObjectStoreException;
import com.arjuna.ats.arjuna.objectstore.RecoveryStore;
import com.arjuna.ats.arjuna.objectstore.StateStatus;
import com.arjuna.ats.arjuna.objectstore.StoreManager;
import com.arjuna.ats.arjuna.state.InputObjectState;
import com.arjuna.ats.internal.arjuna.common.UidHelper;
import com.arjuna.ats.internal.jta.transaction.arjunacore.AtomicAction;
import com.arjuna.ats.jta.xa.XATxConverter;
import com.arjuna.ats.jta.xa.XidImple;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * Lists what a node has in doubt: branches and decision records that no transaction here works on.
 */
final class DoubtList {
  private static final Logger LOGGER = System.getLogger(DoubtList.class.getName());

  private final ResourceNames names;

  DoubtList(ResourceNames names) {
    this.names = names;
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
      Set<XidImple> idle = new LinkedHashSet<>(ours(handle));
      idle.removeIf(xid -> isInFlight(xid.getTransactionUid()) || isToldByARecord(handle, xid));
      if (!idle.isEmpty()) {
        idle.retainAll(ours(handle)); // some may have been on their way out of flight
      }
      idle.forEach(xid -> doubts.add("branch " + xid + " of '" + handle.name() + "' is in doubt"));
    } catch (XAException e) {
      doubts.add("'" + handle.name() + "' does not answer: XA error " + e.errorCode + ", " + e);
    } catch (Exception e) {
      doubts.add("'" + handle.name() + "' is out of reach: " + e);
    }
  }

  /** The transactions of this node's id that a store decides which this one does not have. */
  List<String> ofOtherStores(List<RecoveryHandle> handles) {
    List<String> found = new ArrayList<>();
    handles.forEach(handle -> addOfOtherStores(handle, found));
    return found;
  }

  // Opening a database throws whatever its driver does: others say that it is out of reach.
  @SuppressWarnings("CatchingUnchecked")
  private void addOfOtherStores(RecoveryHandle handle, List<String> found) {
    try {
      handle.open();
      for (XidImple xid : listed(handle, Origin.OTHER_STORE)) {
        if (!hasRecord(xid.getTransactionUid())) { // what is decided here is carried out
          found.add(xid.getTransactionUid() + " in '" + handle.name() + "'");
        }
      }
    } catch (Exception e) {
      LOGGER.log(Level.DEBUG, "'" + handle.name() + "' is out of reach", e);
    }
  }

  private List<XidImple> ours(RecoveryHandle handle) throws XAException {
    return listed(handle, Origin.HERE);
  }

  private List<XidImple> listed(RecoveryHandle handle, Origin origin) throws XAException {
    Xid[] found = handle.recover(XAResource.TMSTARTRSCAN);
    handle.recover(XAResource.TMENDRSCAN);
    return Arrays.stream(found)
        .filter(xid -> xid.getFormatId() == XATxConverter.FORMAT_ID)
        .map(XidImple::new)
        .filter(xid -> names.origin(xid) == origin)
        .toList();
  }

  /** A branch that was decided by hand against a decision stays; the record of that says so. */
  private static boolean isToldByARecord(RecoveryHandle handle, XidImple xid) {
    if (!handle.isDecidedByHand(xid)) {
      return false;
    }
    try {
      return hasRecord(xid.getTransactionUid());
    } catch (ObjectStoreException e) {
      return false; // whoever lists the records says that the store does not answer
    }
  }

  /** Whether a transaction is being worked on here. */
  static boolean isInFlight(Uid transaction) {
    return ActionManager.manager().get(transaction) != null;
  }

  private static boolean hasRecord(Uid transaction) throws ObjectStoreException {
    RecoveryStore store = StoreManager.getRecoveryStore();
    return store.currentState(transaction, new AtomicAction().type()) != StateStatus.OS_UNKNOWN;
  }

  /** The decision records that no transaction here works on. */
  List<String> records() {
    RecoveryStore store = StoreManager.getRecoveryStore();
    String type = new AtomicAction().type();
    InputObjectState uids = new InputObjectState();
    List<String> records = new ArrayList<>();
    try {
      if (!store.allObjUids(type, uids)) {
        return List.of("the transaction store does not list its decision records");
      }
      for (Uid uid = next(uids); !uid.equals(Uid.nullUid()); uid = next(uids)) {
        if (!isInFlight(uid) && hasRecord(uid)) {
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
