package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.CommitBody;
import dev.lockstep.engine.frame.CommitBody.Phase;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.Traits;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.LogUnit;
import java.util.List;

/** The messages of a branch and the commit frame that makes them visible. */
final class OnePhaseUnit implements LogUnit {
  private final BranchContext context;
  private final long branch;
  private final List<Frame> frames;
  private final List<OffsetClaims.Target> targets;
  private final List<Traits> traits;
  private final List<Ack> acks;
  private final OffsetClaims claims;
  private List<MessageRef> messages = List.of();
  private long time;

  OnePhaseUnit(BranchContext context, long branch, BranchContent content) {
    this.context = context;
    this.branch = branch;
    this.frames = content.frames();
    this.targets = content.targets();
    this.traits = content.traits();
    this.acks = content.acks();
    this.claims = new OffsetClaims(context.topics(), targets);
  }

  @Override
  public List<Frame> frames() {
    return frames;
  }

  @Override
  public int closingLength() {
    return CommitBody.frameLength(claims.partitions(), acks);
  }

  @Override
  public Frame close(long[] positions) {
    messages = BranchContent.place(targets, traits, frames, positions);
    time = context.clock().next();
    return new CommitBody(branch, time, Phase.ONE, claims.claim(), acks).encode();
  }

  @Override
  public void apply() {
    context.topics().publish(messages, time);
    context.groups().commit(acks, branch);
  }
}
