package dev.lockstep.engine.index;

import dev.lockstep.CorruptLogException;
import dev.lockstep.engine.frame.FrameTypes;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.log.FrameHandler;
import dev.lockstep.engine.log.FrameRef;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the messages of entries out of the frames that hold them. All messages of a frame are
 * decoded, or none. For one thread.
 */
final class FrameDecoder implements FrameHandler {
  private final TopicState topic;
  private final int partition;
  private final List<IndexEntry> entries;
  private final List<StoredMessage> messages;
  private int next;

  FrameDecoder(
      TopicState topic, int partition, List<IndexEntry> entries, List<StoredMessage> messages) {
    this.topic = topic;
    this.partition = partition;
    this.entries = entries;
    this.messages = messages;
  }

  /** The frames of all entries; those of neighbours that share one, once. */
  List<FrameRef> frames() {
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
    int to = next;
    while (to < entries.size() && entries.get(to).frame().position() == position) {
      to++;
    }
    messages.addAll(decode(type, body, entries.subList(next, to)));
    next = to;
  }

  private List<StoredMessage> decode(byte type, ByteBuffer body, List<IndexEntry> wanted) {
    return switch (type) {
      case FrameTypes.MESSAGE -> List.of(message(body, wanted));
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
    return new StoredMessage(entry, MessageBody.decode(body));
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
