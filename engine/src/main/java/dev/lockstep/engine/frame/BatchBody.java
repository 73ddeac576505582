package dev.lockstep.engine.frame;

import dev.lockstep.Compression;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.spi.Envelope.Kind;
import java.nio.ByteBuffer;

/**
 * Messages of one branch for one partition, compressed together. What an index needs of each stands
 * before them in clear, so that a log opens without the compressor.
 *
 * <pre>
 *    0  8  branch number
 *    8  4  topic
 *   12  4  partition
 *   16  1  compression: 1 LZ4, 2 Zstandard
 *   17  1  zero
 *   18  2  number of messages, from 1 to {@link #MAX_MESSAGES}
 *   20  4  length of the messages before compression
 *   24     for each message 9: 1 flags (bit 1, it is a tombstone), 4 hash of the key,
 *          4 hash of the idempotency key
 *    …     compressed: for each message 4 length, {@link MessageBody}
 * </pre>
 *
 * <p>Several messages have at most {@link #MAX_BYTES} before compression; a larger one is alone.
 */
public final class BatchBody {
  /** The most messages of a batch: as many as an index entry can tell apart. */
  public static final int MAX_MESSAGES = 1 << 15;

  /** The most bytes of several messages before compression, their lengths included. */
  public static final int MAX_BYTES = 1 << 18;

  private static final int TOPIC = 8;
  private static final int PARTITION = 12;
  private static final int COMPRESSION = 16;
  private static final int COUNT = 18;
  private static final int LENGTH = 20;
  private static final int SLOTS = 24;
  private static final int SLOT_LENGTH = 1 + 2 * Integer.BYTES;
  private static final byte IS_TOMBSTONE = 2;

  private BatchBody() {}

  /**
   * Encodes a batch into a frame.
   *
   * @param compression how the messages are compressed
   * @param messages the messages before compression, each behind its length; consumed
   * @param count how many they are
   * @param compressed the messages, compressed; consumed
   */
  public static Frame encode(
      Compression compression, ByteBuffer messages, int count, ByteBuffer compressed) {
    int length = SLOTS + count * SLOT_LENGTH + compressed.remaining();
    return Frame.encode(
        FrameTypes.BATCH, length, body -> put(body, compression, messages, count, compressed));
  }

  private static void put(
      ByteBuffer body,
      Compression compression,
      ByteBuffer messages,
      int count,
      ByteBuffer compressed) {
    ByteBuffer first =
        messages.slice(messages.position() + Integer.BYTES, messages.getInt(messages.position()));
    body.putLong(MessageBody.branch(first));
    body.putInt(MessageBody.topic(first)).putInt(MessageBody.partition(first));
    body.put(CompressionCode.of(compression)).put((byte) 0).putShort((short) count);
    body.putInt(messages.remaining());
    for (int i = 0; i < count; i++) {
      ByteBuffer message = next(messages);
      body.put(MessageBody.kind(message) == Kind.TOMBSTONE ? IS_TOMBSTONE : 0);
      body.putInt(MessageBody.keyHash(message)).putInt(MessageBody.idempotencyHash(message));
    }
    body.put(compressed);
  }

  /** Takes the next message out of a batch before compression. */
  public static ByteBuffer next(ByteBuffer messages) {
    int length = messages.getInt();
    ByteBuffer message = messages.slice(messages.position(), length);
    messages.position(messages.position() + length);
    return message;
  }

  /** The branch number of an encoded body. */
  public static long branch(ByteBuffer body) {
    return body.getLong(0);
  }

  /** The topic of an encoded body. */
  public static int topic(ByteBuffer body) {
    return body.getInt(TOPIC);
  }

  /** The partition of an encoded body. */
  public static int partition(ByteBuffer body) {
    return body.getInt(PARTITION);
  }

  /** How the messages of an encoded body are compressed. */
  public static Compression compression(ByteBuffer body) {
    return CompressionCode.decode(body.get(COMPRESSION));
  }

  /** How many messages an encoded body has. */
  public static int count(ByteBuffer body) {
    return Short.toUnsignedInt(body.getShort(COUNT));
  }

  /** The length of the messages of an encoded body before compression. */
  public static int length(ByteBuffer body) {
    return body.getInt(LENGTH);
  }

  /** Where the compressed messages of an encoded body start; they go to its end. */
  public static int compressedFrom(ByteBuffer body) {
    return SLOTS + count(body) * SLOT_LENGTH;
  }

  /** What a message of an encoded body is. */
  public static Kind kind(ByteBuffer body, int slot) {
    return (body.get(at(slot)) & IS_TOMBSTONE) != 0 ? Kind.TOMBSTONE : Kind.MESSAGE;
  }

  /** The hash of the key of a message of an encoded body, {@link TextHash#NONE} without one. */
  public static int keyHash(ByteBuffer body, int slot) {
    return body.getInt(at(slot) + 1);
  }

  /** The hash of the idempotency key of a message, {@link TextHash#NONE} without one. */
  public static int idempotencyHash(ByteBuffer body, int slot) {
    return body.getInt(at(slot) + 1 + Integer.BYTES);
  }

  private static int at(int slot) {
    return SLOTS + slot * SLOT_LENGTH;
  }
}
