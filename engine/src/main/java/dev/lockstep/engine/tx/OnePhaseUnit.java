package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.CommitBody;
import dev.lockstep.engine.frame.CommitBody.Phase;
import dev.lockstep.engine.group.Fence;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.log.Frame;
import java.util.List;
import java.util.Optional;

/** The messages of a branch and the commit frame that makes them visible. */
final class OnePhaseUnit implements BranchUnit {
  private final BranchContext context;
  private final long branch;
  private final BranchContent content;
  private final OffsetClaims claims;
  private List<MessageRef> messages = List.of();
  private long time;

  OnePhaseUnit(BranchContext context, long branch, BranchContent content) {
    this.context = context;
    this.branch = branch;
    this.content = content;
    this.claims = new OffsetClaims(context.topics());
  }

  @Override
  public void lookUp() {
    content.count(claims);
  }

  @Override
  public Fence fence() {
    return new Fence(branch, Optional.empty());
  }

  @Override
  public List<Frame> frames() {
    return content.frames();
  }

  @Override
  public int closingLength() {
    return CommitBody.frameLength(claims.partitions(), content.acks());
  }

  @Override
  public Frame close(long[] positions) {
    messages = content.place(positions);
    time = context.clock().next();
    return claims.claim(branch, time, Phase.ONE, content.acks());
  }

  @Override
  public void apply() {
    if (content.hasSpilled()) {
      context.topics().publish(content.spilled(), time);
      context.spilled().forget(branch);
    }
    context.topics().publish(messages, time);
    context.groups().commit(content.acks(), branch);
  }
}
