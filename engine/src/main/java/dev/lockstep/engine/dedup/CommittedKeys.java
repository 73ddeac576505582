package dev.lockstep.engine.dedup;

import dev.lockstep.MessageId;
import dev.lockstep.engine.frame.TextHash;
import dev.lockstep.engine.index.IndexEntry;
import dev.lockstep.engine.index.PartitionIndex;
import dev.lockstep.engine.index.PartitionReader;
import dev.lockstep.engine.index.StoredMessage;
import dev.lockstep.engine.index.TopicState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The idempotency keys of a topic's visible messages. It follows the indexes: a look takes what has
 * become visible since the one before. Hashes lead to candidates, the messages themselves decide.
 *
 * <p>What has left the indexes is not found any more; its place here is given free when the map
 * would have to grow. Not thread-safe.
 */
final class CommittedKeys {
  private static final int SCAN_ENTRIES = 4096;

  private final PartitionReader reader;
  private HashedOffsets places = new HashedOffsets(0);
  private long[] seen = {};

  private record Place(int partition, long offset) {}

  CommittedKeys(PartitionReader reader) {
    this.reader = reader;
  }

  /**
   * The message with a key, among all that were visible when this was called.
   *
   * @throws dev.lockstep.CorruptLogException if a message that may be it is damaged
   */
  Optional<MessageId> find(TopicState topic, String key) {
    follow(topic);
    List<Place> candidates = new ArrayList<>(1);
    places.find(
        TextHash.of(key),
        (hash, partition, offset) -> candidates.add(new Place(partition, offset)));
    for (Place candidate : candidates) {
      Optional<MessageId> found = verified(topic, candidate, key);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<MessageId> verified(TopicState topic, Place place, String key) {
    List<IndexEntry> entry =
        reader.entries(topic, place.partition(), place.offset(), 1).stream()
            .filter(found -> found.offset() == place.offset())
            .toList();
    return reader.read(topic, place.partition(), entry).messages().stream()
        .map(StoredMessage::body)
        .filter(body -> body.idempotencyKey().filter(key::equals).isPresent())
        .map(body -> body.id())
        .findFirst();
  }

  private void follow(TopicState topic) {
    if (seen.length < topic.partitionCount()) {
      seen = Arrays.copyOf(seen, topic.partitionCount());
    }
    for (int partition = 0; partition < seen.length; partition++) {
      follow(topic, partition);
    }
  }

  private void follow(TopicState topic, int partition) {
    long end = topic.partition(partition).end();
    while (seen[partition] < end) {
      List<IndexEntry> entries = reader.entries(topic, partition, seen[partition], SCAN_ENTRIES);
      for (IndexEntry entry : entries) {
        if (entry.traits().idempotencyHash() != TextHash.NONE) {
          makeRoom(topic);
          places.add(entry.traits().idempotencyHash(), partition, entry.offset());
        }
        seen[partition] = entry.offset() + 1;
      }
      if (entries.isEmpty()) {
        seen[partition] = end;
      }
    }
  }

  /** What is gone leaves, and if that is not much the map grows. */
  private void makeRoom(TopicState topic) {
    if (!places.isFull()) {
      return;
    }
    HashedOffsets full = places;
    HashedOffsets kept = new HashedOffsets(full.size());
    full.forEach(
        (hash, partition, offset) -> {
          if (isThere(topic, partition, offset)) {
            kept.add(hash, partition, offset);
          }
          return true;
        });
    places = kept;
  }

  /**
   * Single messages leave the middle of a partition only by compaction: elsewhere the first offset
   * tells enough.
   */
  private boolean isThere(TopicState topic, int partition, long offset) {
    PartitionIndex index = topic.partition(partition);
    if (offset < index.first()) {
      return false;
    }
    return topic.config().tombstoneRetention().isEmpty()
        || reader.entries(topic, partition, offset, 1).stream()
            .anyMatch(entry -> entry.offset() == offset);
  }
}
