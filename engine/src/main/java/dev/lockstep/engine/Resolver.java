package dev.lockstep.engine;

import dev.lockstep.DecisionRefusedException;
import dev.lockstep.Transactions;
import dev.lockstep.Transactions.Action;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.engine.frame.AuditBody;
import dev.lockstep.engine.frame.AuditBody.Actor;
import dev.lockstep.engine.io.LockHolder;
import dev.lockstep.engine.tx.BranchTable;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.TransactionBinding;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Decides branches by hand, if that is proven to be right or forced. Thread-safe. */
final class Resolver {
  private static final System.Logger LOGGER = System.getLogger("dev.lockstep");

  private final TransactionBinding binding;
  private final BranchTable branches;

  /** What is known of a branch's decision, and what kept more from being known. */
  private record Proof(Decision decision, Optional<RuntimeException> failure) {}

  Resolver(TransactionBinding binding, BranchTable branches) {
    this.binding = binding;
    this.branches = branches;
  }

  private static Actor thisProcess() {
    return Actor.of(
        System.getProperty("user.name", "unknown"),
        LockHolder.hostName(),
        ProcessHandle.current().pid());
  }

  /** What the reason must be like that is given for an action. */
  static void check(Action action, String reason) {
    if (action != Action.FORGET && reason.isBlank()) {
      throw new IllegalArgumentException(
          "a decision by hand needs a reason, for its audit record: say why, and who asked for it");
    }
    int bytes = reason.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > Transactions.MAX_REASON_BYTES) {
      throw new IllegalArgumentException(
          "a reason has at most "
              + Transactions.MAX_REASON_BYTES
              + " bytes; this one has "
              + bytes
              + ". Say it in fewer words, or name the place where all of it stands");
    }
  }

  /** Decides a branch in doubt. */
  void decide(BranchId id, Action action, String reason, Resolve resolve) {
    Proof proof = proof(id);
    if (resolve == Resolve.PROVEN) {
      requireProven(id, action, proof);
    }
    branches.resolve(
        new AuditBody(0, action, resolve, proof.decision(), id, thisProcess(), reason));
    LOGGER.log(
        resolve == Resolve.PROVEN ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
        "LSTP-0321: transaction {0} was decided by hand: {1}, {2}; its decision: {3}; reason: {4}",
        id,
        action,
        resolve,
        proof.decision(),
        reason);
  }

  /** Forgets a heuristic outcome. */
  void forget(BranchId id, String reason) {
    branches.forget(
        new AuditBody(
            0, Action.FORGET, Resolve.FORCED, proof(id).decision(), id, thisProcess(), reason));
    LOGGER.log(
        System.Logger.Level.INFO,
        "LSTP-0322: that transaction {0} was decided by hand is forgotten; reason: {1}",
        id,
        reason);
  }

  private Proof proof(BranchId id) {
    try {
      return new Proof(binding.decision(id), Optional.empty());
    } catch (RuntimeException e) {
      return new Proof(Decision.UNKNOWN, Optional.of(e));
    }
  }

  private static void requireProven(BranchId id, Action action, Proof proof) {
    Decision wanted = action == Action.COMMIT ? Decision.COMMIT : Decision.ROLLBACK;
    if (proof.decision() == wanted) {
      return;
    }
    String doing = action == Action.COMMIT ? "commit" : "roll back";
    if (proof.decision() == Decision.UNKNOWN) {
      String message =
          "can't "
              + doing
              + " transaction "
              + id
              + ": nothing proves how it was decided"
              + proof.failure().map(e -> " (" + e + ")").orElse("")
              + ". Bring back whoever decides it, the transaction manager with its store or the"
              + " database, and it is completed without your help. If that can't be, find out how"
              + " its other branches ended, and decide this one alike with Resolve.FORCED";
      throw proof
          .failure()
          .map(e -> new DecisionRefusedException(message, e))
          .orElseGet(() -> new DecisionRefusedException(message));
    }
    throw new DecisionRefusedException(
        "can't "
            + doing
            + " transaction "
            + id
            + ": it is proven that the decision is the other one, "
            + proof.decision()
            + ". Do that instead; Resolve.FORCED would break the transaction apart");
  }
}
