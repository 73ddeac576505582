package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionImple;
import com.arjuna.ats.jta.xa.XATxConverter;
import com.arjuna.ats.jta.xa.XidImple;
import dev.lockstep.spi.BranchId;
import java.util.Optional;
import javax.transaction.xa.Xid;

/** The transactions of Narayana that branches belong to. */
final class BranchTransactions {
  private BranchTransactions() {}

  /** Whether a branch belongs to one. */
  static boolean isBranch(BranchId branch) {
    return branch.formatId() == XATxConverter.FORMAT_ID;
  }

  static Uid id(BranchId branch) {
    return new XidImple(new BranchXid(branch)).getTransactionUid();
  }

  /** The transaction of a branch, if it is alive in this process, and did not come from another. */
  static Optional<TransactionImple> find(BranchId branch) {
    return isBranch(branch)
        ? Optional.ofNullable(TransactionImple.getTransaction(id(branch)))
        : Optional.empty();
  }

  private record BranchXid(BranchId id) implements Xid {
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
}
