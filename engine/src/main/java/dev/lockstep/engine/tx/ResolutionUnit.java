package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.AuditBody;
import dev.lockstep.engine.frame.ResolvedBody;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.LogUnit;
import dev.lockstep.spi.Branch.Outcome;
import java.util.List;

/** A prepared branch is decided by hand. */
final class ResolutionUnit implements LogUnit {
  private final BranchContext context;
  private final PreparedBranch branch;
  private final AuditBody audit;
  private final OffsetClaims claims;
  private ResolvedBody resolved;

  ResolutionUnit(BranchContext context, PreparedBranch branch, AuditBody audit) {
    this.context = context;
    this.branch = branch;
    this.audit = audit;
    this.resolved = new ResolvedBody(branch.body().branch(), List.of(), audit);
    this.claims = new OffsetClaims(context.topics());
    if (resolved.outcome() == Outcome.COMMITTED) {
      claims.addAll(branch.messages());
    }
  }

  Outcome outcome() {
    return resolved.outcome();
  }

  boolean isHeuristic() {
    return resolved.isHeuristic();
  }

  @Override
  public List<Frame> frames() {
    return List.of();
  }

  @Override
  public int closingLength() {
    return ResolvedBody.frameLength(claims.partitions(), audit);
  }

  /** What was reserved for the decision is given back; whoever is told of it will forget it. */
  @Override
  public long reservedBytes() {
    long kept = resolved.isHeuristic() ? HeuristicBranch.FORGET_BYTES : 0;
    return kept - branch.decisionBytes();
  }

  /** Somebody decides the other branches alike: a power cut must not turn this one round again. */
  @Override
  public boolean isAlwaysForced() {
    return true;
  }

  @Override
  public Frame close(long[] positions) {
    AuditBody now = audit.at(context.clock().next());
    resolved = new ResolvedBody(branch.body().branch(), claims.claim(), now);
    return resolved.encode();
  }

  @Override
  public void apply() {
    PreparedBranch now = branch.show(context, resolved.outcome(), resolved.audit().time());
    context.resolutions().resolved(now, resolved);
    // Last: who looks for a branch or its messages finds them in one place or the other.
    context.prepared().remove(branch.body().branch());
  }
}
