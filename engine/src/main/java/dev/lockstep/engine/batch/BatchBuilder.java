package dev.lockstep.engine.batch;

import dev.lockstep.Compression;
import dev.lockstep.engine.frame.BatchBody;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.spi.Compressor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects messages of one branch for one partition, and makes frames of them: one batch, or, where
 * compression does not gain a twentieth, a frame for each message. Not thread-safe.
 */
public final class BatchBuilder {
  private static final int WORTHWHILE_PERCENT = 95;

  private final Compressor compressor;
  private final int maxBytes;
  private final List<Frame> messages = new ArrayList<>();
  private int length;

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
    return messages.size();
  }

  /** Whether a message can join those that are there. */
  public boolean hasRoomFor(Frame message) {
    return messages.isEmpty()
        || (count() < BatchBody.MAX_MESSAGES && length + room(message) <= maxBytes);
  }

  private static int room(Frame message) {
    return Integer.BYTES + message.bodyLength();
  }

  /** Adds a message, for which there is room. */
  public void add(Frame message) {
    messages.add(message);
    length += room(message);
  }

  /**
   * Makes frames of the messages, in their order: one frame that has all of them, or one for each.
   * The batch is empty again.
   */
  public List<Frame> frames() {
    Frame batch = compressed();
    List<Frame> frames =
        batch.length() * 100L <= length * (long) WORTHWHILE_PERCENT
            ? List.of(batch)
            : List.copyOf(messages);
    messages.clear();
    length = 0;
    return frames;
  }

  private Frame compressed() {
    ByteBuffer all = ByteBuffer.allocate(length);
    for (Frame message : messages) {
      message.copyBodyTo(all.putInt(message.bodyLength()));
    }
    byte[] target = new byte[compressor.maxCompressedLength(length)];
    int compressed = compressor.compress(all.array(), length, target, 0);
    return BatchBody.encode(
        compression(), all.flip(), count(), ByteBuffer.wrap(target, 0, compressed));
  }
}
