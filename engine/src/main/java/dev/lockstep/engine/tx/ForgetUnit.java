package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.AuditBody;
import dev.lockstep.engine.frame.ForgottenBody;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.LogUnit;
import java.util.List;
import java.util.Optional;

/** That a branch was decided by hand is forgotten. */
final class ForgetUnit implements LogUnit {
  private final BranchContext context;
  private final long branch;
  private final Optional<AuditBody> audit;
  private final int length;
  private ForgottenBody forgotten;

  ForgetUnit(BranchContext context, long branch, Optional<AuditBody> audit) {
    this.context = context;
    this.branch = branch;
    this.audit = audit;
    this.forgotten = new ForgottenBody(branch, audit);
    this.length = forgotten.encode().length();
  }

  @Override
  public List<Frame> frames() {
    return List.of();
  }

  @Override
  public int closingLength() {
    return length;
  }

  @Override
  public long reservedBytes() {
    return -HeuristicBranch.FORGET_BYTES;
  }

  /** Whoever was told is done with it: the outcome must not come up again after a power cut. */
  @Override
  public boolean isAlwaysForced() {
    return true;
  }

  @Override
  public Frame close(long[] positions) {
    forgotten = new ForgottenBody(branch, audit.map(by -> by.at(context.clock().next())));
    return forgotten.encode();
  }

  @Override
  public void apply() {
    context.resolutions().forgotten(forgotten);
  }
}
