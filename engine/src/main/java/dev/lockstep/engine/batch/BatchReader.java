package dev.lockstep.engine.batch;

import dev.lockstep.Compression;
import dev.lockstep.engine.frame.BatchBody;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Takes the messages out of batches. Thread-safe. */
public final class BatchReader {
  /** More than any message has: what a log of the largest segments can hold. */
  private static final int MAX_MESSAGE_BYTES = 1 << 30;

  private final Compressors compressors;

  public BatchReader(Compressors compressors) {
    this.compressors = compressors;
  }

  /**
   * Decompresses a batch. It takes no more memory than the batch declares, which is bounded.
   *
   * @param body the body of the frame, at index 0
   * @param what what is read, for the message
   * @return the encoded bodies of its messages, by slot
   * @throws dev.lockstep.CompressionUnavailableException if the compressor is not there
   * @throws IllegalArgumentException if it is damaged
   */
  public List<ByteBuffer> messages(ByteBuffer body, String what) {
    int count = BatchBody.count(body);
    int length = BatchBody.length(body);
    int from = BatchBody.compressedFrom(body);
    Compression compression = BatchBody.compression(body);
    if (count < 1
        || count > BatchBody.MAX_MESSAGES
        || length < count * Integer.BYTES
        || length > (count == 1 ? MAX_MESSAGE_BYTES : BatchBody.MAX_BYTES)
        || from > body.limit()
        || compression == Compression.NONE) {
      throw new IllegalArgumentException(
          "a batch of " + count + " messages in " + length + " bytes, " + compression);
    }
    byte[] compressed = new byte[body.limit() - from];
    body.get(from, compressed);
    byte[] messages = new byte[length];
    compressors.require(compression, what).decompress(compressed, 0, compressed.length, messages);
    return split(ByteBuffer.wrap(messages), count);
  }

  private static List<ByteBuffer> split(ByteBuffer messages, int count) {
    List<ByteBuffer> split = new ArrayList<>(count);
    while (messages.remaining() >= Integer.BYTES) {
      int length = messages.getInt(messages.position());
      if (length < 0 || length > messages.remaining() - Integer.BYTES) {
        throw new IllegalArgumentException("a message of " + length + " bytes in a batch");
      }
      split.add(BatchBody.next(messages));
    }
    if (split.size() != count || messages.hasRemaining()) {
      throw new IllegalArgumentException(split.size() + " messages in a batch of " + count);
    }
    return split;
  }
}
