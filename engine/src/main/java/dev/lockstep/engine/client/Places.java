package dev.lockstep.engine.client;

import dev.lockstep.Topics.TopicInfo;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongBiFunction;

/** The offsets of a topic that have a meaning of their own. Thread-safe. */
final class Places {
  private final TopicInfo topic;

  Places(TopicInfo topic) {
    this.topic = topic;
  }

  /** The first messages that are there. */
  Map<Integer, Long> beginnings(Set<Integer> partitions) {
    return each(partitions, TopicInfo::firstOffset);
  }

  /** Behind the last messages that are visible. */
  Map<Integer, Long> ends(Set<Integer> partitions) {
    return each(partitions, TopicInfo::endOffset);
  }

  /** The first messages that were committed at a time or later, or else the ends. */
  Map<Integer, Long> at(Set<Integer> partitions, Instant time) {
    return each(
        partitions,
        (info, partition) -> info.offsetAt(partition, time).orElse(info.endOffset(partition)));
  }

  private Map<Integer, Long> each(
      Set<Integer> partitions, ToLongBiFunction<TopicInfo, Integer> place) {
    Map<Integer, Long> places = new TreeMap<>();
    for (int partition : partitions) {
      places.put(partition, place.applyAsLong(topic, partition));
    }
    return places;
  }
}
