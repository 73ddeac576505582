package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.coordinator.ActionStatus;
import com.arjuna.ats.arjuna.exceptions.ObjectStoreException;
import com.arjuna.ats.arjuna.objectstore.StateStatus;
import com.arjuna.ats.arjuna.objectstore.StoreManager;
import com.arjuna.ats.arjuna.recovery.RecoverAtomicAction;
import com.arjuna.ats.internal.jta.transaction.arjunacore.AtomicAction;
import com.arjuna.ats.jta.xa.XATxConverter;
import com.arjuna.ats.jta.xa.XidImple;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decision;
import javax.transaction.xa.Xid;

/**
 * What this node's store proves of a branch in doubt. A record proves that its transaction is
 * decided. That there is none proves that it never was, and is rolled back: this is the one process
 * that may use the store, the transaction is decided with that store, and is not in flight in this
 * process. So does recovery see it.
 */
final class ProvenDecisions {
  private final ResourceNames names;

  ProvenDecisions(ResourceNames names) {
    this.names = names;
  }

  /** A branch's identity, as Narayana reads it. */
  private record Name(BranchId id) implements Xid {
    @Override
    public int getFormatId() {
      return id.formatId();
    }

    @Override
    public byte[] getGlobalTransactionId() {
      return id.globalId();
    }

    @Override
    public byte[] getBranchQualifier() {
      return id.qualifier();
    }
  }

  /**
   * What was decided of a prepared branch.
   *
   * @throws IllegalStateException if the store does not answer
   */
  Decision of(BranchId branch) {
    if (branch.formatId() != XATxConverter.FORMAT_ID) {
      return Decision.UNKNOWN;
    }
    XidImple xid = new XidImple(new Name(branch));
    Origin origin = names.origin(xid);
    if (origin == Origin.OTHER_NODE) {
      return Decision.UNKNOWN;
    }
    Uid transaction = xid.getTransactionUid();
    // In this order: what has left flight does not come back, and its record is as it stays.
    return DoubtList.isInFlight(transaction) ? Decision.UNKNOWN : recorded(transaction, origin);
  }

  private static Decision recorded(Uid transaction, Origin origin) {
    String type = new AtomicAction().type();
    try {
      return switch (StoreManager.getRecoveryStore().currentState(transaction, type)) {
        case StateStatus.OS_UNKNOWN -> origin == Origin.HERE ? Decision.ROLLBACK : Decision.UNKNOWN;
        case StateStatus.OS_COMMITTED -> decided(transaction);
        default -> Decision.UNKNOWN;
      };
    } catch (ObjectStoreException e) {
      throw new IllegalStateException("the transaction store does not answer: " + e, e);
    }
  }

  /**
   * A record with heuristic participants proves nothing: one is written for a transaction that is
   * rolled back as well, if somebody has committed his part, and recovery makes it look like that
   * of a commit.
   */
  private static Decision decided(Uid transaction) {
    RecoverAtomicAction record = new RecoverAtomicAction(transaction, ActionStatus.INVALID);
    if (record.hasHeuristicParticipants()) {
      return Decision.UNKNOWN;
    }
    return switch (record.status()) {
      case ActionStatus.PREPARED, ActionStatus.COMMITTING, ActionStatus.COMMITTED ->
          Decision.COMMIT;
      default -> Decision.UNKNOWN;
    };
  }
}
