package dev.lockstep.engine.index;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.batch.BatchReader;
import dev.lockstep.engine.frame.BatchBody;
import dev.lockstep.engine.frame.FrameTypes;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.log.FrameHandler;
import dev.lockstep.engine.log.FrameRef;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the messages of entries out of the frames that hold them. All messages of a frame are
 * decoded, or none. For one thread.
 */
public final class FrameDecoder implements FrameHandler {
  private final TopicState topic;
  private final int partition;
  private final BatchReader batches;
  private final long maxBytes;
  private final List<IndexEntry> entries;
  private final List<StoredMessage> messages;
  private int next;
  private long decoded;

  /**
   * A decoder.
   *
   * @param topic the topic
   * @param partition the number of its partition
   * @param batches takes the messages out of batches
   * @param maxBytes how many bytes of messages are enough: the frames behind them are left alone
   * @param entries which messages
   * @param messages takes them
   */
  public FrameDecoder(
      TopicState topic,
      int partition,
      BatchReader batches,
      long maxBytes,
      List<IndexEntry> entries,
      List<StoredMessage> messages) {
    this.topic = topic;
    this.partition = partition;
    this.batches = batches;
    this.maxBytes = maxBytes;
    this.entries = entries;
    this.messages = messages;
  }

  /** The frames of all entries; those of neighbours that share one, once. */
  public List<FrameRef> frames() {
    List<FrameRef> frames = new ArrayList<>(entries.size());
    long position = -1;
    for (IndexEntry entry : entries) {
      if (entry.frame().position() != position) {
        position = entry.frame().position();
        frames.add(entry.frame());
      }
    }
    return frames;
  }

  @Override
  public void frame(byte type, long position, int length, ByteBuffer body) {
    if (decoded > maxBytes) {
      return;
    }
    int to = next;
    while (to < entries.size() && entries.get(to).frame().position() == position) {
      to++;
    }
    List<IndexEntry> wanted = entries.subList(next, to);
    try {
      messages.addAll(decode(type, body, wanted));
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      throw nonsense(wanted.get(0), e);
    }
    next = to;
  }

  private List<StoredMessage> decode(byte type, ByteBuffer body, List<IndexEntry> wanted) {
    return switch (type) {
      case FrameTypes.MESSAGE, FrameTypes.COPY -> List.of(message(body, wanted));
      case FrameTypes.BATCH, FrameTypes.BATCH_COPY -> batch(body, wanted);
      default -> throw elsewhere(wanted.get(0));
    };
  }

  private StoredMessage message(ByteBuffer body, List<IndexEntry> wanted) {
    IndexEntry entry = wanted.get(0);
    if (wanted.size() > 1
        || MessageBody.topic(body) != topic.id()
        || MessageBody.partition(body) != partition) {
      throw elsewhere(entry);
    }
    return stored(entry, body);
  }

  private StoredMessage stored(IndexEntry entry, ByteBuffer body) {
    decoded += body.limit();
    return new StoredMessage(entry, MessageBody.decode(body));
  }

  private List<StoredMessage> batch(ByteBuffer body, List<IndexEntry> wanted) {
    if (BatchBody.topic(body) != topic.id() || BatchBody.partition(body) != partition) {
      throw elsewhere(wanted.get(0));
    }
    List<ByteBuffer> slots = slots(body, wanted.get(0));
    List<StoredMessage> found = new ArrayList<>(wanted.size());
    for (IndexEntry entry : wanted) {
      int slot = entry.traits().slot();
      if (slot >= slots.size()) {
        throw elsewhere(entry);
      }
      found.add(stored(entry, slots.get(slot)));
    }
    return found;
  }

  private List<ByteBuffer> slots(ByteBuffer body, IndexEntry first) {
    try {
      return batches.messages(body, "reading '" + topic.name() + "'");
    } catch (IllegalArgumentException e) {
      throw new CorruptLogException(
          "the batch at position "
              + first.frame().position()
              + ", from offset "
              + first.offset()
              + " of partition "
              + partition
              + " of '"
              + topic.name()
              + "', can't be decompressed: "
              + e.getMessage()
              + ". It is not delivered. Restore the directory from a backup",
          e);
    }
  }

  /** Its checksum is right: whoever wrote it did not know better, or this version does not. */
  private CorruptLogException nonsense(IndexEntry entry, RuntimeException cause) {
    return new CorruptLogException(
        "the message at position "
            + entry.frame().position()
            + ", at offset "
            + entry.offset()
            + " of partition "
            + partition
            + " of '"
            + topic.name()
            + "', is whole and can't be understood: "
            + cause
            + ". It is not delivered. Open the log with the version that wrote it, or restore the"
            + " directory from a backup",
        cause);
  }

  private CorruptLogException elsewhere(IndexEntry entry) {
    return new CorruptLogException(
        "the index of partition "
            + partition
            + " of '"
            + topic.name()
            + "' leads from offset "
            + entry.offset()
            + " to another frame, at position "
            + entry.frame().position()
            + "; close the log, delete the .index files, and open it again: they are rebuilt");
  }
}
