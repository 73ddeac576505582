package dev.lockstep.engine.store;

import dev.lockstep.engine.index.IndexEntry;
import dev.lockstep.engine.index.PartitionReader;
import dev.lockstep.engine.index.ReadMessages;
import dev.lockstep.engine.index.StoredMessage;
import dev.lockstep.engine.index.TopicState;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the keys of a partition's messages. */
final class KeyReader {
  private final PartitionReader reader;
  private final TopicState topic;
  private final int partition;

  KeyReader(PartitionReader reader, TopicState topic, int partition) {
    this.reader = reader;
    this.topic = topic;
    this.partition = partition;
  }

  /**
   * The keys of messages that have one, by offset. Those that are gone meanwhile are left out.
   *
   * @param entries which messages, by offset
   */
  Map<Long, ByteBuffer> keys(Collection<IndexEntry> entries) {
    Map<Long, ByteBuffer> keys = new HashMap<>();
    List<IndexEntry> left = List.copyOf(entries);
    while (!left.isEmpty()) {
      ReadMessages read = reader.read(topic, partition, left);
      for (StoredMessage message : read.messages()) {
        message
            .body()
            .key()
            .ifPresent(key -> keys.put(message.entry().offset(), ByteBuffer.wrap(key)));
      }
      left = left.stream().filter(entry -> entry.offset() >= read.next()).toList();
    }
    return keys;
  }
}
