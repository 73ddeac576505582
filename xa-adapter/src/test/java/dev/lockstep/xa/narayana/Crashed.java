package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.coordinator.ActionManager;
import com.arjuna.ats.internal.arjuna.thread.ThreadActionData;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionImple;
import com.arjuna.ats.jta.xa.XidImple;
import java.util.List;
import javax.transaction.xa.Xid;

/** Makes Narayana forget transactions, as the end of their process does. */
final class Crashed {
  private Crashed() {}

  static void forget(Uid id) {
    ActionManager.manager().remove(id);
    TransactionImple transaction = TransactionImple.getTransaction(id);
    if (transaction != null) {
      TransactionImple.removeTransaction(transaction);
    }
  }

  /** The thread is in no transaction any more. */
  static void disassociate() {
    ThreadActionData.purgeActions();
  }

  /** The transactions of branches. */
  static void forget(List<Xid> branches) {
    branches.forEach(branch -> forget(new XidImple(branch).getTransactionUid()));
    List.copyOf(TransactionImple.getTransactions().keySet()).forEach(Crashed::forget);
  }
}
