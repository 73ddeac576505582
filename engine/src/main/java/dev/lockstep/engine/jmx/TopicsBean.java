package dev.lockstep.engine.jmx;

import dev.lockstep.Topics;
import dev.lockstep.Topics.TopicInfo;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The topics, as the API shows them. */
final class TopicsBean implements TopicsMXBean {
  private final Topics topics;

  TopicsBean(Topics topics) {
    this.topics = topics;
  }

  @Override
  public Map<String, TopicFigures> getTopics() {
    return Reading.of(
        () -> {
          Map<String, TopicFigures> all = new TreeMap<>();
          for (String name : topics.names()) {
            topics.find(name).ifPresent(topic -> all.put(name, new Figures(topic)));
          }
          return all;
        });
  }

  private record Figures(TopicInfo topic) implements TopicFigures {
    @Override
    public int getPartitions() {
      return topic.config().partitions();
    }

    @Override
    public long[] getFirstOffsets() {
      return IntStream.range(0, getPartitions()).mapToLong(topic::firstOffset).toArray();
    }

    @Override
    public long[] getEndOffsets() {
      return IntStream.range(0, getPartitions()).mapToLong(topic::endOffset).toArray();
    }
  }
}
