package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.Traits;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.LogUnit;
import java.util.List;

/** The messages of a branch and its prepare frame. */
final class PrepareUnit implements LogUnit {
  private final PreparedBranches prepared;
  private final List<Frame> frames;
  private final List<OffsetClaims.Target> targets;
  private final List<Traits> traits;
  private final PrepareBody body;
  private final Frame closing;
  private List<MessageRef> messages = List.of();

  PrepareUnit(PreparedBranches prepared, BranchContent content, PrepareBody body) {
    this.prepared = prepared;
    this.frames = content.frames();
    this.targets = content.targets();
    this.traits = content.traits();
    this.body = body;
    this.closing = body.encode();
  }

  @Override
  public List<Frame> frames() {
    return frames;
  }

  @Override
  public int closingLength() {
    return closing.length();
  }

  @Override
  public long reservedBytes() {
    return PreparedBranch.decisionBytes((int) targets.stream().distinct().count());
  }

  @Override
  public Frame close(long[] positions) {
    messages = BranchContent.place(targets, traits, frames, positions);
    return closing;
  }

  @Override
  public void apply() {
    prepared.add(new PreparedBranch(body, messages));
  }
}
