package dev.lockstep.engine.jmx;

import dev.lockstep.Groups;
import dev.lockstep.Groups.GroupInfo;
import dev.lockstep.Topics;
import dev.lockstep.Topics.TopicInfo;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The groups, as the API shows them. */
final class GroupsBean implements GroupsMXBean {
  private final Groups groups;
  private final Topics topics;

  GroupsBean(Groups groups, Topics topics) {
    this.groups = groups;
    this.topics = topics;
  }

  @Override
  public Map<String, GroupFigures> getGroups() {
    return Reading.of(
        () -> {
          Map<String, GroupFigures> all = new TreeMap<>();
          for (String topic : topics.names()) {
            topics.find(topic).ifPresent(info -> add(all, topic, info));
          }
          return all;
        });
  }

  private void add(Map<String, GroupFigures> all, String topic, TopicInfo info) {
    int partitions = info.config().partitions();
    for (String group : groups.names()) {
      groups
          .find(group, topic)
          .ifPresent(
              found -> all.put(group + "/" + topic, new Figures(group, topic, partitions, found)));
    }
  }

  private record Figures(String group, String topic, int partitions, GroupInfo info)
      implements GroupFigures {
    @Override
    public String getGroup() {
      return group;
    }

    @Override
    public String getTopic() {
      return topic;
    }

    @Override
    public int getMembers() {
      return info.members();
    }

    @Override
    public long getLag() {
      return info.lag();
    }

    @Override
    public long[] getLags() {
      return IntStream.range(0, partitions).mapToLong(info::lag).toArray();
    }

    @Override
    public long[] getCommitted() {
      return IntStream.range(0, partitions)
          .mapToLong(partition -> info.committed(partition).orElse(-1))
          .toArray();
    }

    @Override
    public long getParked() {
      return info.parked();
    }

    @Override
    public int[] getWaiting() {
      return info.waiting().stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public List<String> getBlockedBy() {
      return info.blockedBy();
    }
  }
}
