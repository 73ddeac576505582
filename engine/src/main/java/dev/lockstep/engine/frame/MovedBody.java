package dev.lockstep.engine.frame;

import dev.lockstep.engine.log.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies of frames take the place of the originals, which are as long. A reference that no longer
 * leads to the original stays as it is.
 *
 * <pre>
 *   4 number of messages in partitions; for each: 4 topic, 4 partition, 8 offset, 8 position of the
 *     original, 8 position of the copy
 *   4 number of messages of undecided branches; for each: 8 branch number, 4 which of its messages,
 *     8 position of the original, 8 position of the copy
 * </pre>
 */
public record MovedBody(List<Entry> entries, List<Pending> pending) {
  /** A message that is in a partition. */
  public record Entry(int topic, int partition, long offset, long from, long to) {
    private static final int LENGTH = 2 * Integer.BYTES + 3 * Long.BYTES;
  }

  /** A message of a branch that is prepared. */
  public record Pending(long branch, int index, long from, long to) {
    private static final int LENGTH = Integer.BYTES + 3 * Long.BYTES;
  }

  /** The length of the frame, which is known before the positions of the copies are. */
  public static int frameLength(int entries, int pending) {
    return Frame.lengthOf(length(entries, pending));
  }

  private static int length(int entries, int pending) {
    return 2 * Integer.BYTES + entries * Entry.LENGTH + pending * Pending.LENGTH;
  }

  /** Encodes the body into a frame. */
  public Frame encode() {
    ByteBuffer body = ByteBuffer.allocate(length(entries.size(), pending.size()));
    body.putInt(entries.size());
    for (Entry entry : entries) {
      body.putInt(entry.topic()).putInt(entry.partition()).putLong(entry.offset());
      body.putLong(entry.from()).putLong(entry.to());
    }
    body.putInt(pending.size());
    for (Pending message : pending) {
      body.putLong(message.branch()).putInt(message.index());
      body.putLong(message.from()).putLong(message.to());
    }
    return Frame.of(FrameTypes.MOVED, body.flip());
  }

  /** Decodes the body. */
  public static MovedBody decode(ByteBuffer body) {
    List<Entry> entries = new ArrayList<>();
    for (int i = body.getInt(); i > 0; i--) {
      entries.add(
          new Entry(body.getInt(), body.getInt(), body.getLong(), body.getLong(), body.getLong()));
    }
    List<Pending> pending = new ArrayList<>();
    for (int i = body.getInt(); i > 0; i--) {
      pending.add(new Pending(body.getLong(), body.getInt(), body.getLong(), body.getLong()));
    }
    return new MovedBody(List.copyOf(entries), List.copyOf(pending));
  }
}
