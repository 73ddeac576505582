package dev.lockstep.xa.narayana;

import com.arjuna.ats.arjuna.coordinator.TxControl;
import dev.lockstep.CommitPath;
import dev.lockstep.Diagnosis.Finding;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.xa.JtaBinding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** The binding to Narayana's transactions, which also has its recovery visit each attached log. */
final class NarayanaBinding implements TransactionBinding {
  private static final int MOST = 16;

  private final JtaBinding jta;
  private final RecoveryPasses recovery;
  private final Node node;
  private final ProvenDecisions decisions;
  private final RecordLogs logs;
  private final Map<UUID, RecoveryHandle> handles = new ConcurrentHashMap<>();

  /**
   * Whose transactions these are.
   *
   * @param id the node id
   * @param storeDirectory where its decisions are
   * @param formerId the node id whose decisions these were, if it is another one
   * @param strangers who took part, and is not recovered
   */
  record Node(String id, Path storeDirectory, Optional<String> formerId, Strangers strangers) {}

  NarayanaBinding(
      JtaBinding jta,
      RecoveryPasses recovery,
      Node node,
      ProvenDecisions decisions,
      RecordLogs logs) {
    this.jta = jta;
    this.recovery = recovery;
    this.node = node;
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
  public List<Finding> diagnose() {
    List<Finding> findings = new ArrayList<>(NarayanaFacts.current().findings());
    node.formerId().ifPresent(former -> findings.add(changed(former)));
    if (!recovery.isRunning()) {
      findings.add(
          Finding.refuse(
              "LSTP-0518",
              "the recovery of node '"
                  + node.id()
                  + "' is not running: NarayanaTransactions is"
                  + " closed, or its thread was interrupted",
              "open NarayanaTransactions before the log, and close it after the log"));
    }
    handles.values().stream()
        .filter(handle -> !recovery.visits(handle))
        .forEach(
            handle ->
                findings.add(
                    Finding.refuse(
                        "LSTP-0519",
                        "recovery does not visit '" + handle.name() + "'",
                        "close the log, and open it again with the binding of an open"
                            + " NarayanaTransactions")));
    findings.addAll(node.strangers().findings());
    if (!handles.isEmpty()) { // without a log it is not known which stores this one has
      usedTwice().ifPresent(findings::add);
    }
    return findings;
  }

  private Optional<Finding> usedTwice() {
    List<String> found = recovery.ofOtherStores();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.warn(
            "LSTP-0525",
            "transactions are prepared that have the id of node '"
                + node.id()
                + "' and are decided with another store of decisions; recovery leaves them alone: "
                + String.join(", ", found.subList(0, Math.min(MOST, found.size())))
                + (found.size() > MOST ? ", and " + (found.size() - MOST) + " more" : ""),
            "if another process has this node id, give each its own; if the store was lost, commit"
                + " or roll back by hand what is prepared"));
  }

  private Finding changed(String former) {
    return Finding.refuseUnlessAllowed(
        "LSTP-0522",
        "node-id-changed",
        "the node id is '"
            + node.id()
            + "', and the decisions in "
            + node.storeDirectory()
            + " are those of '"
            + former
            + "': what that one has left in doubt, this one does not recover",
        "set the node id to '"
            + former
            + "'; to change it for good, let that one's recovery complete, and delete the file "
            + NodeMemory.FILE
            + " there");
  }

  @Override
  public Optional<Duration> transactionTimeout() {
    return Optional.of(Duration.ofSeconds(TxControl.getDefaultTimeout()));
  }

  @Override
  public List<CommitPath> paths() {
    return jta.paths();
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
