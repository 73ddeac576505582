package dev.lockstep.engine.store;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.frame.FrameTypes;
import dev.lockstep.engine.frame.MovedBody;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.FrameHandler;
import dev.lockstep.engine.log.LogUnit;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Copies of frames, and the frame that lets their messages refer to them. */
final class MoveUnit implements LogUnit, FrameHandler {
  private final DerivedState state;
  private final References.Unit originals;
  private final List<Frame> copies = new ArrayList<>();
  private MovedBody moved = new MovedBody(List.of(), List.of());

  MoveUnit(DerivedState state, References.Unit originals) {
    this.state = state;
    this.originals = originals;
  }

  /** Takes an original, in the order of their positions. */
  @Override
  public void frame(byte type, long position, int length, ByteBuffer body) {
    copies.add(Frame.of(copyOf(type, position), body));
  }

  private static byte copyOf(byte type, long position) {
    return switch (type) {
      case FrameTypes.MESSAGE, FrameTypes.COPY -> FrameTypes.COPY;
      case FrameTypes.BATCH, FrameTypes.BATCH_COPY -> FrameTypes.BATCH_COPY;
      default ->
          throw new CorruptLogException(
              "a message is said to be at position "
                  + position
                  + ", where there is a frame of type "
                  + type
                  + "; run verify");
    };
  }

  @Override
  public List<Frame> frames() {
    return copies;
  }

  @Override
  public int closingLength() {
    return MovedBody.frameLength(originals.entries(), originals.pending());
  }

  @Override
  public Frame close(long[] positions) {
    List<MovedBody.Entry> entries = new ArrayList<>(originals.entries());
    List<MovedBody.Pending> pending = new ArrayList<>(originals.pending());
    for (int i = 0; i < positions.length; i++) {
      References.ToFrame original = originals.references().get(i);
      long from = original.frame().position();
      long to = positions[i];
      for (References.Entry entry : original.entries()) {
        entries.add(
            new MovedBody.Entry(entry.topic(), entry.partition(), entry.offset(), from, to));
      }
      for (References.Pending message : original.pending()) {
        pending.add(new MovedBody.Pending(message.branch(), message.index(), from, to));
      }
    }
    moved = new MovedBody(entries, pending);
    return moved.encode();
  }

  @Override
  public void apply() {
    state.move(moved);
  }
}
