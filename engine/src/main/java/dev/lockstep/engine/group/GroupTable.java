package dev.lockstep.engine.group;

import dev.lockstep.GroupInUseException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.GroupPositionBody;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.TopicTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** All groups. Thread-safe. */
public final class GroupTable {
  private final TopicTable topics;
  private final Map<Key, GroupState> groups = new ConcurrentHashMap<>();

  private record Key(String group, int topic) {}

  public GroupTable(TopicTable topics) {
    this.topics = topics;
  }

  /** Adds a group. */
  public void add(GroupBody body) {
    TopicState topic = topics.topic(body.topic());
    GroupState group = new GroupState(body, topic);
    groups.put(new Key(body.group(), body.topic()), group);
  }

  /** The topics that groups read. */
  TopicTable topics() {
    return topics;
  }

  /** The groups of a topic learn that it may have more partitions. */
  public void resize(int topic) {
    ofTopic(topic).forEach(GroupState::resize);
  }

  /** Removes the groups of a topic that was deleted. */
  public void removeTopic(int topic) {
    groups.keySet().removeIf(key -> key.topic() == topic);
  }

  /**
   * Up to where every group of a topic has consumed a partition; empty if the topic has no group.
   */
  public OptionalLong consumed(TopicState topic, int partition) {
    return ofTopic(topic.id()).mapToLong(group -> group.committed(partition)).min();
  }

  /** The transactions in doubt that hold partitions of a topic, sorted. */
  public List<String> blockedBy(TopicState topic) {
    return ofTopic(topic.id())
        .flatMap(group -> group.blockedBy().stream())
        .distinct()
        .sorted()
        .toList();
  }

  private Stream<GroupState> ofTopic(int topic) {
    return groups.values().stream().filter(group -> group.topicId() == topic);
  }

  /** The state of all groups, for a checkpoint. */
  public List<GroupBody> bodies() {
    return groups.values().stream().map(GroupState::body).toList();
  }

  /** The names of all groups, sorted. */
  public List<String> names() {
    TreeSet<String> names = new TreeSet<>();
    groups.values().forEach(group -> names.add(group.name()));
    return List.copyOf(names);
  }

  /** Whether the group has ever read the topic. */
  public boolean contains(String group, TopicState topic) {
    return groups.containsKey(new Key(group, topic.id()));
  }

  GroupState group(String group, TopicState topic) {
    GroupState state = groups.get(new Key(group, topic.id()));
    if (state == null) {
      throw new IllegalStateException("no group '" + group + "' any more");
    }
    return state;
  }

  /** A look at a group in a topic, if it has ever read it, in a log in which nothing happens. */
  public Optional<GroupView> view(String group, TopicState topic) {
    return view(group, topic, () -> {});
  }

  /**
   * A look at a group in a topic, if it has ever read it.
   *
   * @param settled waits until what was committed before shows
   */
  public Optional<GroupView> view(String group, TopicState topic, Runnable settled) {
    return Optional.ofNullable(groups.get(new Key(group, topic.id())))
        .map(state -> new GroupView(state, settled));
  }

  private Optional<GroupState> find(Ack ack) {
    return Optional.ofNullable(groups.get(new Key(ack.group(), ack.topic())));
  }

  /**
   * Validates a branch's acknowledgements and holds their partitions until {@link #release} or
   * {@link #commit}: all of them, or none.
   *
   * @throws TransactionRolledBackException if one of them is not valid; nothing is held
   */
  public void fence(List<Ack> acks, Fence fence) {
    for (int i = 0; i < acks.size(); i++) {
      Ack ack = acks.get(i);
      Optional<String> refusal =
          find(ack)
              .map(state -> state.fence(ack, fence))
              .orElse(Optional.of("group '" + ack.group() + "' does not read the topic"));
      if (refusal.isPresent()) {
        release(acks.subList(0, i), fence.branch());
        throw new TransactionRolledBackException(
            "rolled back, since " + refusal.get() + "; begin anew, the messages come again");
      }
    }
  }

  /** Holds what a branch has acknowledged that was found prepared when the log was opened. */
  public void restore(List<Ack> acks, Fence fence) {
    acks.forEach(ack -> find(ack).ifPresent(group -> group.restore(ack, fence)));
  }

  /** Lets go what a branch held that was rolled back. */
  public void release(List<Ack> acks, long branch) {
    acks.forEach(ack -> find(ack).ifPresent(group -> group.release(ack, branch)));
  }

  /** Acknowledgements take effect. A group that is gone meanwhile has nothing to keep. */
  public void commit(List<Ack> acks, long branch) {
    for (int i = 0; i < acks.size(); i++) {
      Ack ack = acks.get(i);
      find(ack).ifPresent(group -> group.commit(ack, branch));
    }
  }

  /** A group goes on elsewhere. */
  public void move(GroupPositionBody body) {
    Optional.ofNullable(groups.get(new Key(body.group(), body.topic())))
        .ifPresent(group -> group.move(body.offsets()));
  }

  /**
   * Throws unless a group can be deleted.
   *
   * @throws GroupInUseException if it has members, or an undecided branch holds some of it
   */
  void requireUnused(String name) {
    for (GroupState group : groups.values()) {
      if (group.name().equals(name)) {
        group.requireUnused();
      }
    }
  }

  /** A group is deleted, in all topics. */
  public void remove(String name) {
    groups.keySet().removeIf(key -> key.group().equals(name));
  }

  /** The messages of a partition below an offset were removed: they are parked no more. */
  public void trimmed(int topic, int partition, long first) {
    ofTopic(topic).forEach(group -> group.trimmed(partition, first));
  }

  /** Single messages of a partition were removed: they are parked no more. */
  public void dropped(int topic, int partition, long[] offsets) {
    ofTopic(topic).forEach(group -> group.dropped(partition, offsets));
  }

  /** Forgets everything, for a replay from the start of the log. */
  public void clear() {
    groups.clear();
  }
}
