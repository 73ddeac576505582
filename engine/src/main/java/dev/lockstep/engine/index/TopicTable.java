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
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** All topics, by name and by number. Thread-safe; changed in log order only. */
public final class TopicTable {
  private final IndexFiles files;
  private final long segmentSize;
  private final Map<String, TopicState> byName = new ConcurrentHashMap<>();
  private final Map<Integer, TopicState> byId = new ConcurrentHashMap<>();
  private final ReentrantReadWriteLock usage = new ReentrantReadWriteLock();
  private volatile int lastId;

  /** Takes an entry of a partition. */
  @FunctionalInterface
  public interface ReferenceHandler {
    /**
     * An entry refers to the segment that was asked for.
     *
     * @return whether more are wanted
     */
    boolean reference(int topic, int partition, IndexEntry entry);
  }

  public TopicTable(Storage storage, long segmentSize) {
    this.files = new IndexFiles(storage);
    this.segmentSize = segmentSize;
  }

  /** Adds a topic without messages, or alters the one with that number. */
  public void put(TopicBody body) {
    TopicState present = byId.get(body.topic());
    List<PartitionIndex> partitions = new ArrayList<>();
    if (present != null) {
      partitions.addAll(present.partitions());
    }
    while (partitions.size() < body.partitions()) {
      partitions.add(partition(body.topic(), partitions.size(), PartitionManifest.EMPTY));
    }
    if (present != null) {
      present.alter(body, partitions);
    } else {
      add(new TopicState(body, partitions));
    }
  }

  /** Adds a topic, as a checkpoint has it. */
  public void restore(TopicBody body, List<PartitionManifest> manifests) {
    List<PartitionIndex> partitions = new ArrayList<>();
    for (PartitionManifest manifest : manifests) {
      partitions.add(partition(body.topic(), partitions.size(), manifest));
    }
    add(new TopicState(body, partitions));
  }

  private PartitionIndex partition(int topic, int partition, PartitionManifest manifest) {
    ChunkFiles chunks = new ChunkFiles(files, topic, partition, segmentSize);
    return new PartitionIndex(chunks, segmentSize, manifest);
  }

  private void add(TopicState topic) {
    byId.put(topic.id(), topic);
    byName.put(topic.name(), topic);
    lastId(topic.id());
  }

  /** Removes a topic. Its index files go when a checkpoint no longer names them. */
  public void delete(int id) {
    TopicState topic = byId.remove(id);
    if (topic != null) {
      topic.delete();
      byName.remove(topic.name(), topic);
    }
  }

  /**
   * Does what must not be torn apart by the deletion of a topic: to see that it is there, and to
   * append what concerns it.
   */
  public <T> T use(Supplier<T> work) {
    keep();
    try {
      return work.get();
    } finally {
      letGo();
    }
  }

  /** Begins what {@link #use} does; for each transaction, without objects. */
  public void keep() {
    usage.readLock().lock();
  }

  /** The end of what {@link #keep} began. */
  public void letGo() {
    usage.readLock().unlock();
  }

  /** Does something while no {@link #use} is under way. */
  public void exclusively(Runnable work) {
    usage.writeLock().lock();
    try {
      work.run();
    } finally {
      usage.writeLock().unlock();
    }
  }

  /** Looks a topic up by name. */
  public Optional<TopicState> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** Looks a topic up by number. */
  public Optional<TopicState> find(int id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** A topic that must exist. */
  public TopicState topic(String name) {
    TopicState topic = byName.get(name);
    if (topic == null) { // asked for each message: without objects
      throw new UnknownTopicException(
          "there is no topic '"
              + name
              + "'; create it with lockstep.topics().create(..), or use one of "
              + names());
    }
    return topic;
  }

  /** A topic that existed when its number was taken. */
  public TopicState topic(int id) {
    TopicState topic = byId.get(id);
    if (topic == null) { // asked for each message: without objects
      throw new UnknownTopicException(
          "the topic with number "
              + id
              + " was deleted; create it with lockstep.topics().create(..) and send again");
    }
    return topic;
  }

  /** What belongs to topics, by their names; those that were deleted since have none any more. */
  public <T> Map<String, T> byName(Map<Integer, T> byNumber) {
    Map<String, T> named = new TreeMap<>();
    byNumber.forEach((id, value) -> find(id).ifPresent(topic -> named.put(topic.name(), value)));
    return named;
  }

  /** The names of all topics, sorted. */
  public List<String> names() {
    return byName.keySet().stream().sorted().toList();
  }

  /** All topics. */
  public Collection<TopicState> all() {
    return List.copyOf(byId.values());
  }

  /** The largest number that a topic ever had. */
  public int lastId() {
    return lastId;
  }

  /** Knows of a number that was given, perhaps to a topic that is gone. */
  public void lastId(int id) {
    lastId = Math.max(lastId, id);
  }

  private Optional<PartitionIndex> partition(int topic, int partition) {
    return find(topic).map(state -> state.partition(partition));
  }

  /** Claims the offsets again that a replayed commit names. */
  public void reclaim(List<OffsetRange> ranges) {
    for (OffsetRange range : ranges) {
      partition(range.topic(), range.partition())
          .ifPresent(index -> index.reclaim(range.first(), range.count()));
    }
  }

  /** Makes messages visible, in their order; their offsets are claimed already. */
  public void publish(List<MessageRef> messages, long time) {
    for (int i = 0; i < messages.size(); i++) { // each message: without objects
      MessageRef message = messages.get(i);
      TopicState topic = byId.get(message.topic());
      if (topic != null) {
        topic.partition(message.partition()).add(message, time);
      }
    }
  }

  /** Removes a partition's messages below an offset. */
  public void trim(int topic, int partition, long first) {
    partition(topic, partition).ifPresent(index -> index.trim(first));
  }

  /** Removes single messages of a partition. */
  public void drop(int topic, int partition, long[] offsets) {
    partition(topic, partition).ifPresent(index -> index.drop(offsets));
  }

  /** Lets a message's entry refer to a copy, if it still refers to the original. */
  public void move(int topic, int partition, long offset, long from, long to) {
    partition(topic, partition).ifPresent(index -> index.move(offset, from, to));
  }

  /** The ends of a topic's partitions. */
  public static long[] ends(TopicState topic) {
    return topic.partitions().stream().mapToLong(PartitionIndex::end).toArray();
  }

  /**
   * Hands over the entries whose frames are in a segment, as long as more are wanted. Only the
   * store's thread may ask.
   */
  public void references(long segment, ReferenceHandler handler) throws IOException {
    for (TopicState topic : all()) {
      List<PartitionIndex> partitions = topic.partitions();
      for (int i = 0; i < partitions.size(); i++) {
        int partition = i;
        if (!partitions
            .get(i)
            .references(segment, entry -> handler.reference(topic.id(), partition, entry))) {
          return;
        }
      }
    }
  }

  /** Looks which index files there are; before that, none is known. */
  public void scanFiles() throws IOException {
    files.scan();
  }

  /** Whether the index files have all that a checkpoint counts on. */
  public Optional<String> incompleteFile() {
    return all().stream()
        .flatMap(topic -> topic.partitions().stream())
        .flatMap(partition -> partition.incompleteFile().stream())
        .findFirst();
  }

  /** The bytes of all index files. */
  public long fileBytes() {
    return files.bytes();
  }

  /** Writes and forces the entries below the given ends. Only the store's thread may do so. */
  public List<PartitionIndex.Written> write(TopicState topic, long[] ends) throws IOException {
    List<PartitionIndex.Written> written = new ArrayList<>(ends.length);
    for (int i = 0; i < ends.length; i++) {
      written.add(topic.partition(i).write(ends[i]));
    }
    return written;
  }

  /** Deletes the index files that are not among those that a durable checkpoint names. */
  public void retainFiles(Set<String> named) throws IOException {
    files.retain(named);
  }

  /** Forgets everything, for a replay from the start of the log. */
  public void clear() {
    byName.clear();
    byId.clear();
    lastId = 0;
  }

  /** Closes the index files. */
  public void close() throws IOException {
    files.close();
  }
}
