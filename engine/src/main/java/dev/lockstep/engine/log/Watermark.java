package dev.lockstep.engine.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Puts the watermark at the start of each group, in a frame that is used again. For one thread. */
final class Watermark {
  static final int LENGTH = FrameDescriptor.SMALLEST_GROUP;

  private final FrameSeal.Sealer sealer;
  private final CRC32C bodyCrc = new CRC32C();
  private final ByteBuffer frame = ByteBuffer.allocate(LENGTH);

  Watermark(FrameSeal.Sealer sealer) {
    this.sealer = sealer;
    frame.putInt(FrameDescriptor.LENGTH_OFFSET, Long.BYTES);
    frame.put(FrameDescriptor.TYPE_OFFSET, Frame.WATERMARK);
  }

  /** Puts it to the start of a chunk, where there is room for it. */
  void put(Group.Chunk chunk, long value) {
    frame.putLong(FrameDescriptor.HEADER_LENGTH, value);
    bodyCrc.reset();
    bodyCrc.update(frame.array(), FrameDescriptor.HEADER_LENGTH, Long.BYTES);
    ByteBuffer target = chunk.buffer();
    target.put(0, frame.array());
    sealer.seal(
        target, 0, chunk.segment().incarnation(), chunk.position(), (int) bodyCrc.getValue());
  }
}
