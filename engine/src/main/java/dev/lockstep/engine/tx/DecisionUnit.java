package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.CommitBody;
import dev.lockstep.engine.frame.CommitBody.Phase;
import dev.lockstep.engine.frame.RollbackBody;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.LogUnit;
import dev.lockstep.spi.Branch.Outcome;
import java.util.List;

/** The outcome of a prepared branch. */
final class DecisionUnit implements LogUnit {
  private final BranchContext context;
  private final PreparedBranch branch;
  private final Outcome outcome;
  private final OffsetClaims claims;
  private final Runnable visible;
  private long time;

  /**
   * A decision.
   *
   * @param visible runs when the outcome is visible
   */
  DecisionUnit(BranchContext context, PreparedBranch branch, Outcome outcome, Runnable visible) {
    this.context = context;
    this.branch = branch;
    this.outcome = outcome;
    this.visible = visible;
    this.claims = new OffsetClaims(context.topics());
    claims.addAll(branch.messages());
  }

  @Override
  public List<Frame> frames() {
    return List.of();
  }

  @Override
  public int closingLength() {
    return switch (outcome) {
      case COMMITTED -> CommitBody.frameLength(claims.partitions(), List.of());
      case ROLLED_BACK -> RollbackBody.FRAME_LENGTH;
    };
  }

  @Override
  public long reservedBytes() {
    return -branch.decisionBytes();
  }

  @Override
  public Frame close(long[] positions) {
    time = context.clock().next();
    long number = branch.body().branch();
    return switch (outcome) {
      case COMMITTED -> claims.claim(number, time, Phase.SECOND, List.of());
      case ROLLED_BACK -> new RollbackBody(number, time).encode();
    };
  }

  @Override
  public void apply() {
    branch.show(context, outcome, time);
    // Last: who looks at both finds a message among the undecided ones, or the visible ones.
    context.prepared().remove(branch.body().branch());
  }

  @Override
  public void applied() {
    visible.run();
  }
}
