package dev.lockstep.engine.index;

import dev.lockstep.UnknownTopicException;
import dev.lockstep.engine.frame.CommitBody.OffsetRange;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** All topics, by name and by number. Thread-safe. */
public final class TopicTable {
  private final Storage storage;
  private final Map<String, TopicState> byName = new ConcurrentHashMap<>();
  private final Map<Integer, TopicState> byId = new ConcurrentHashMap<>();

  public TopicTable(Storage storage) {
    this.storage = storage;
  }

  /** Adds a topic without messages. */
  public TopicState add(TopicBody body) {
    return add(body, new long[body.partitions()]);
  }

  /** Adds a topic of whose partitions so many entries are in the index files. */
  public TopicState add(TopicBody body, long[] stored) {
    List<PartitionIndex> partitions =
        IntStream.range(0, body.partitions())
            .mapToObj(i -> new PartitionIndex(storage, fileName(body.topic(), i), stored[i]))
            .toList();
    TopicState topic = new TopicState(body, partitions);
    byName.put(body.name(), topic);
    byId.put(body.topic(), topic);
    return topic;
  }

  private static String fileName(int topic, int partition) {
    return String.format("%08x-%04x.index", topic, partition);
  }

  /** Looks a topic up by name. */
  public Optional<TopicState> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** A topic that must exist. */
  public TopicState topic(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new UnknownTopicException(
                    "there is no topic '"
                        + name
                        + "'; create it with lockstep.topics().create(..), or use one of "
                        + byName.keySet().stream().sorted().toList()));
  }

  /** A topic that a frame names. */
  public TopicState topic(int id) {
    TopicState topic = byId.get(id);
    if (topic == null) {
      throw new IllegalStateException("a frame names topic " + id + ", which does not exist");
    }
    return topic;
  }

  /** The names of all topics, sorted. */
  public List<String> names() {
    return byName.keySet().stream().sorted().toList();
  }

  /** All topics. */
  public Collection<TopicState> all() {
    return byId.values();
  }

  /** The number that the next topic gets. */
  public int nextId() {
    return byId.keySet().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
  }

  /** Claims the offsets again that a replayed commit names. */
  public void reclaim(List<OffsetRange> ranges) {
    for (OffsetRange range : ranges) {
      topic(range.topic()).partition(range.partition()).reclaim(range.first(), range.count());
    }
  }

  /** Makes messages visible, in their order; their offsets are claimed already. */
  public void publish(List<MessageRef> messages, long time) {
    for (MessageRef message : messages) {
      topic(message.topic()).partition(message.partition()).add(message, time);
    }
  }

  /** The ends of a topic's partitions. */
  public static long[] ends(TopicState topic) {
    return topic.partitions().stream().mapToLong(PartitionIndex::end).toArray();
  }

  /** Whether the index files have all that a checkpoint counts on. */
  public boolean filesAreComplete() throws IOException {
    for (TopicState topic : byId.values()) {
      for (PartitionIndex partition : topic.partitions()) {
        if (!partition.hasStored()) {
          return false;
        }
      }
    }
    return true;
  }

  /** Writes and forces the entries below the given ends. */
  public void store(TopicState topic, long[] ends) throws IOException {
    for (int i = 0; i < ends.length; i++) {
      topic.partition(i).store(ends[i]);
    }
  }

  /** Forgets everything, for a replay from the start of the log. */
  public void clear() throws IOException {
    close();
    byName.clear();
    byId.clear();
  }

  /** Closes the index files. */
  public void close() throws IOException {
    List<PartitionIndex> open = new ArrayList<>();
    byId.values().forEach(topic -> open.addAll(topic.partitions()));
    for (PartitionIndex partition : open) {
      partition.close();
    }
  }
}
