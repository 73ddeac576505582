package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.internal.jta.transaction.arjunacore.AtomicAction;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionImple;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.xa.ForcingPolicy;
import java.util.List;
import java.util.Optional;

/**
 * Which branches go without forces of their own: those whose transaction keeps its decision in
 * their log, began here, and has only resources that recovery knows by name. Without the name a
 * record that a crash brings back could not be told from one that still has something to do.
 * Thread-safe.
 */
final class NarayanaForcing implements ForcingPolicy {
  private final Elision elision;
  private final RecordLogs logs;
  private final ResourceNames names;
  private final NodeStore store;
  private final String decisions = new AtomicAction().type();

  NarayanaForcing(Elision elision, ResourceNames names) {
    this.elision = elision;
    this.logs = names.logs();
    this.names = names;
    this.store = names.store();
  }

  @Override
  public Forcing prepare(TransactionalLog log, BranchId branch) {
    Optional<Uid> id = covered(log, branch);
    return id.isPresent() && logs.bind(id.get(), log) ? Forcing.DEFERRED : Forcing.FORCED;
  }

  @Override
  public Forcing commit(TransactionalLog log, BranchId branch) {
    boolean decided =
        covered(log, branch).filter(id -> store.isInLog(log, id, decisions)).isPresent();
    return decided ? Forcing.DEFERRED : Forcing.FORCED;
  }

  @Override
  public void ended(BranchId branch) {
    if (elision == Elision.ON && BranchTransactions.isBranch(branch)) {
      logs.unbind(BranchTransactions.id(branch));
    }
  }

  /** The transaction of a branch, if the force of its decision covers the branch. */
  private Optional<Uid> covered(TransactionalLog log, BranchId branch) {
    if (elision == Elision.OFF || !BranchTransactions.isBranch(branch) || !logs.isTarget(log)) {
      return Optional.empty();
    }
    Uid id = BranchTransactions.id(branch);
    TransactionImple transaction = TransactionImple.getTransaction(id);
    // Those that came from elsewhere are of other classes: others decide about them.
    return transaction != null
            && transaction.getClass() == TransactionImple.class
            && List.copyOf(transaction.getResources().keySet()).stream().allMatch(names::knows)
        ? Optional.of(id)
        : Optional.empty();
  }
}
