package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.group.Fence;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Forcing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The messages of a branch and its prepare frame. */
final class PrepareUnit implements BranchUnit {
  private final BranchContext context;
  private final BranchContent content;
  private final PrepareBody body;
  private final Forcing forcing;
  private final Frame closing;
  private final OffsetClaims claims;
  private List<MessageRef> messages = List.of();

  PrepareUnit(BranchContext context, BranchContent content, PrepareBody body, Forcing forcing) {
    this.context = context;
    this.content = content;
    this.body = body;
    this.forcing = forcing;
    this.closing = body.encode();
    this.claims = new OffsetClaims(context.topics());
  }

  @Override
  public void lookUp() {
    content.count(claims);
  }

  @Override
  public Fence fence() {
    return new Fence(body.branch(), Optional.of(body.id().toString()));
  }

  @Override
  public List<Frame> frames() {
    return content.frames();
  }

  @Override
  public int closingLength() {
    return closing.length();
  }

  @Override
  public long reservedBytes() {
    return PreparedBranch.decisionBytes(claims.partitions());
  }

  @Override
  public Frame close(long[] positions) {
    messages = content.place(positions);
    return closing;
  }

  /** The database commits next: what it then decides must be there, come what may. */
  @Override
  public boolean isAlwaysForced() {
    return forcing == Forcing.FORCED && body.decider() == Decider.DATABASE;
  }

  /** What it prepares, once it is appended. */
  PreparedBranch branch() {
    List<MessageRef> all = new ArrayList<>(content.spilled());
    all.addAll(messages);
    return new PreparedBranch(body, all);
  }

  @Override
  public void apply() {
    context.spilled().forget(body.branch());
    context.prepared().add(branch());
  }
}
