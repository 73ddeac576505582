package dev.lockstep.xa.narayana;

import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.xa.JtaBinding;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** The binding to Narayana's transactions, which also has its recovery visit each attached log. */
final class NarayanaBinding implements TransactionBinding {
  private final JtaBinding jta;
  private final RecoveryPasses recovery;
  private final ProvenDecisions decisions;
  private final RecordLogs logs;
  private final Map<UUID, RecoveryHandle> handles = new ConcurrentHashMap<>();

  NarayanaBinding(
      JtaBinding jta, RecoveryPasses recovery, ProvenDecisions decisions, RecordLogs logs) {
    this.jta = jta;
    this.recovery = recovery;
    this.decisions = decisions;
    this.logs = logs;
  }

  @Override
  public Optional<Branch> current(TransactionalLog log) {
    return jta.current(log);
  }

  @Override
  public Decision decision(BranchId branch) {
    return recovery.betweenPasses(() -> decisions.of(branch));
  }

  @Override
  public void attach(TransactionalLog log) {
    logs.attach(log);
    jta.attach(log);
    XAResource resource = jta.recoveryResource(log);
    RecoveryHandle handle =
        new RecoveryHandle(
            RecoverableResource.of(
                "lockstep-log-" + log.id(),
                enlisted -> isSame(enlisted, resource),
                () -> resource,
                unused -> {}),
            xid -> isDecidedByHand(log, xid));
    recovery.add(handle);
    handles.put(log.id(), handle);
  }

  private static boolean isDecidedByHand(TransactionalLog log, Xid xid) {
    BranchId id =
        BranchId.of(xid.getFormatId(), xid.getGlobalTransactionId(), xid.getBranchQualifier());
    return log.heuristics().stream().anyMatch(branch -> branch.id().equals(id));
  }

  private static boolean isSame(XAResource enlisted, XAResource resource) {
    try {
      return enlisted.isSameRM(resource);
    } catch (XAException e) {
      return false;
    }
  }

  @Override
  public void detach(TransactionalLog log) {
    RecoveryHandle handle = handles.remove(log.id());
    if (handle != null) {
      recovery.remove(handle);
    }
    jta.detach(log);
    logs.detach(log);
  }
}
