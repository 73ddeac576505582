package dev.lockstep.engine.inspect;

import dev.lockstep.Compression;
import dev.lockstep.CompressionUnavailableException;
import dev.lockstep.engine.batch.BatchReader;
import dev.lockstep.engine.frame.BatchBody;
import dev.lockstep.engine.frame.MessageBody;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A batch of messages, taken apart.
 *
 * @param branch the branch number
 * @param topic the topic
 * @param partition the partition
 * @param compression how the messages are compressed
 * @param count how many there are
 * @param uncompressedBytes what they take before compression
 * @param messages the messages; none if the compressor is not there
 */
record Batch(
    long branch,
    int topic,
    int partition,
    Compression compression,
    int count,
    int uncompressedBytes,
    List<MessageBody> messages) {

  static Batch of(ByteBuffer body, BatchReader batches) {
    return new Batch(
        BatchBody.branch(body),
        BatchBody.topic(body),
        BatchBody.partition(body),
        BatchBody.compression(body),
        BatchBody.count(body),
        BatchBody.length(body),
        messages(body, batches));
  }

  private static List<MessageBody> messages(ByteBuffer body, BatchReader batches) {
    try {
      return batches.messages(body, "a batch").stream().map(MessageBody::decode).toList();
    } catch (CompressionUnavailableException e) {
      return List.of(); // the header is shown nevertheless
    }
  }
}
