package dev.lockstep.engine.inspect;

import dev.lockstep.engine.batch.BatchReader;
import dev.lockstep.engine.batch.DeflateCompressor;
import java.nio.ByteBuffer;

/** The decoders of this package, for fuzzing. */
public final class ContentDecoders {
  private static final FrameContent CONTENT =
      new FrameContent(new BatchReader(DeflateCompressor.all()));
  private static final int TYPES = 40;

  private ContentDecoders() {}

  /** Shows the bytes as a frame of a type, known or not, that they choose: that always works. */
  public static void show(ByteBuffer bytes) {
    if (bytes.hasRemaining()) {
      byte type = (byte) Math.floorMod(bytes.get(bytes.limit() - 1), TYPES);
      CONTENT.fields(type, bytes.slice(0, bytes.limit() - 1));
    }
  }
}
