package dev.lockstep.engine.tx;

import dev.lockstep.engine.frame.SpilledBody;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.LogUnit;
import java.util.List;
import java.util.OptionalInt;

/** Messages of a branch that goes on. */
final class SpillUnit implements LogUnit {
  private final SpilledBranches spilled;
  private final long branch;
  private final BranchContent content;
  private final OptionalInt kept;
  private List<MessageRef> messages = List.of();

  SpillUnit(SpilledBranches spilled, long branch, BranchContent content) {
    this.spilled = spilled;
    this.branch = branch;
    this.content = content;
    this.kept = content.kept();
  }

  @Override
  public List<Frame> frames() {
    return content.frames();
  }

  @Override
  public int closingLength() {
    return SpilledBody.FRAME_LENGTH;
  }

  @Override
  public Frame close(long[] positions) {
    messages = content.place(positions);
    return new SpilledBody(branch, messages.size()).encode();
  }

  @Override
  public void apply() {
    kept.ifPresent(count -> spilled.keep(branch, count));
    spilled.add(branch, messages);
  }

  /** Where its messages are, once it is appended. */
  List<MessageRef> messages() {
    return messages;
  }
}
