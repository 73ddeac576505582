package dev.lockstep.engine.batch;

import dev.lockstep.Compression;
import dev.lockstep.engine.frame.BatchBody;
import dev.lockstep.engine.frame.FrameTypes;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.spi.Compressor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects messages of one branch for one partition, and makes frames of them: one batch, or, where
 * compression does not gain a twentieth, a frame for each message. Not thread-safe.
 */
public final class BatchBuilder {
  private static final int FIRST_BYTES = 1024;
  private static final int WORTHWHILE_PERCENT = 95;

  private final Compressor compressor;
  private final int maxBytes;
  private byte[] messages = {};
  private int length;
  private int count;

  /**
   * An empty batch.
   *
   * @param compressor what compresses it
   * @param maxBytes the most bytes of several messages, at most {@link BatchBody#MAX_BYTES}
   */
  public BatchBuilder(Compressor compressor, int maxBytes) {
    this.compressor = compressor;
    this.maxBytes = maxBytes;
  }

  /** How the messages will be compressed. */
  public Compression compression() {
    return compressor.compression();
  }

  /** How many messages there are. */
  public int count() {
    return count;
  }

  /** Whether a message can join those that are there. */
  public boolean hasRoomFor(MessageBody message) {
    return count == 0 || (count < BatchBody.MAX_MESSAGES && length + room(message) <= maxBytes);
  }

  private static int room(MessageBody message) {
    return Integer.BYTES + message.encodedLength();
  }

  /** Adds a message, for which there is room. */
  public void add(MessageBody message) {
    int room = room(message);
    int needed = length + room;
    if (messages.length < needed) {
      int more = Math.min(maxBytes, Math.max(FIRST_BYTES, 2 * needed));
      messages = Arrays.copyOf(messages, Math.max(needed, more));
    }
    message.put(ByteBuffer.wrap(messages, length, room).putInt(room - Integer.BYTES));
    length = needed;
    count++;
  }

  /**
   * Makes frames of the messages, in their order: one frame that has all of them, or one for each.
   * The batch is empty again.
   */
  public List<Frame> frames() {
    List<Frame> frames = compressed();
    messages = new byte[0];
    length = 0;
    count = 0;
    return frames;
  }

  private List<Frame> compressed() {
    byte[] target = new byte[compressor.maxCompressedLength(length)];
    int compressed = compressor.compress(messages, length, target, 0);
    ByteBuffer all = ByteBuffer.wrap(messages, 0, length);
    Frame batch =
        BatchBody.encode(
            compression(), all.duplicate(), count, ByteBuffer.wrap(target, 0, compressed));
    return batch.length() * 100L <= length * (long) WORTHWHILE_PERCENT
        ? List.of(batch)
        : singly(all);
  }

  private List<Frame> singly(ByteBuffer all) {
    List<Frame> frames = new ArrayList<>(count);
    while (all.hasRemaining()) {
      frames.add(Frame.of(FrameTypes.MESSAGE, BatchBody.next(all)));
    }
    return frames;
  }
}
