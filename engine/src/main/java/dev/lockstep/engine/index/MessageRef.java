package dev.lockstep.engine.index;

import dev.lockstep.engine.log.FrameRef;
import java.nio.ByteBuffer;

/**
 * A message of a branch.
 *
 * <pre>
 *    0  4  topic
 *    4  4  partition
 *    8  8  position of the frame
 *   16  4  length of the frame
 *   20  2  bits 0 to 14: slot in the frame; bit 15: it is a tombstone
 *   22  4  hash of the key, 0: no key
 *   26  4  hash of the idempotency key, 0: none
 * </pre>
 *
 * @param topic the topic that it goes to
 * @param partition the partition that it goes to
 * @param frame where it stands in the log
 * @param traits what the index keeps of it
 */
public record MessageRef(int topic, int partition, FrameRef frame, Traits traits) {
  /** The room that {@link #put} takes. */
  public static final int LENGTH = 30;

  /** The same message, as a copy of its frame has it. */
  public MessageRef at(long position) {
    return new MessageRef(topic, partition, new FrameRef(position, frame.length()), traits);
  }

  /** Appends the reference. */
  public void put(ByteBuffer buffer) {
    buffer.putInt(topic).putInt(partition);
    buffer.putLong(frame.position()).putInt(frame.length());
    buffer.putShort((short) traits.flags());
    buffer.putInt(traits.keyHash()).putInt(traits.idempotencyHash());
  }

  /** The inverse of {@link #put}. */
  public static MessageRef get(ByteBuffer buffer) {
    return new MessageRef(
        buffer.getInt(),
        buffer.getInt(),
        new FrameRef(buffer.getLong(), buffer.getInt()),
        Traits.ofFlags(buffer.getShort(), buffer.getInt(), buffer.getInt()));
  }
}
