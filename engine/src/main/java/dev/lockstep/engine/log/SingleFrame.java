package dev.lockstep.engine.log;

import java.util.List;

/** A unit of one frame, whose content does not depend on its place in the log. */
record SingleFrame(Frame frame, Runnable effect) implements LogUnit {
  @Override
  public List<Frame> frames() {
    return List.of();
  }

  @Override
  public int closingLength() {
    return frame.length();
  }

  @Override
  public Frame close(long[] positions) {
    return frame;
  }

  @Override
  public void apply() {
    effect.run();
  }
}
