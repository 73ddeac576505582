package dev.lockstep.engine.group;

import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.index.TopicState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** A group in one topic. Thread-safe: its monitor is the group's lock. */
final class GroupState {
  private final String name;
  private final TopicState topic;
  private long[] committed;
  private final Map<Integer, Fence> fences = new HashMap<>();
  private final Assignment assignment;

  GroupState(String name, TopicState topic, long[] committed) {
    this.name = name;
    this.topic = topic;
    this.committed = committed.clone();
    this.assignment = new Assignment(topic.partitionCount());
  }

  String name() {
    return name;
  }

  TopicState topic() {
    return topic;
  }

  /** Reads the partitions that were added to the topic, each from its start. */
  synchronized void resize() {
    committed = Arrays.copyOf(committed, topic.partitionCount());
    assignment.resize(committed.length);
  }

  synchronized GroupBody body() {
    return new GroupBody(name, topic.id(), committed.clone());
  }

  synchronized long committed(int partition) {
    topic.partition(partition);
    return committed[partition];
  }

  synchronized int members() {
    return assignment.members();
  }

  synchronized List<String> blockedBy() {
    TreeSet<String> transactions = new TreeSet<>();
    fences.values().forEach(fence -> fence.inDoubt().ifPresent(transactions::add));
    return List.copyOf(transactions);
  }

  /**
   * Holds the partition of an acknowledgement that is valid now.
   *
   * @return why it is not valid; empty if it is
   */
  synchronized Optional<String> fence(Ack ack, Fence fence) {
    Optional<String> refusal = refusal(ack);
    if (refusal.isEmpty()) {
      fences.put(ack.partition(), fence);
    }
    return refusal;
  }

  /** Holds the partition of an acknowledgement that was found valid before a crash. */
  synchronized void restore(Ack ack, Fence fence) {
    fences.put(ack.partition(), fence);
  }

  private Optional<String> refusal(Ack ack) {
    Fence fence = fences.get(ack.partition());
    String partition = "partition " + ack.partition() + " of '" + topic.name() + "'";
    if (!assignment.isOwner(ack.partition(), ack.memberEpoch())) {
      return Optional.of(
          partition + " is no longer assigned to this member of group '" + name + "'");
    }
    if (fence != null) {
      return Optional.of(
          partition
              + " is held for group '"
              + name
              + "' by transaction "
              + fence.inDoubt().orElse("number " + fence.branch())
              + ", which is not decided yet");
    }
    if (committed[ack.partition()] != ack.from()) {
      return Optional.of(
          "group '"
              + name
              + "' is at offset "
              + committed[ack.partition()]
              + " of "
              + partition
              + " and the acknowledgement starts at "
              + ack.from());
    }
    long end = topic.partition(ack.partition()).end();
    if (ack.to() > end) {
      return Optional.of(
          partition + " ends at offset " + end + " and the acknowledgement at " + ack.to());
    }
    return Optional.empty();
  }

  synchronized void release(int partition, long branch) {
    Fence fence = fences.get(partition);
    if (fence != null && fence.branch() == branch) {
      fences.remove(partition);
    }
  }

  synchronized void commit(Ack ack, long branch) {
    committed[ack.partition()] = ack.to();
    release(ack.partition(), branch);
  }

  synchronized void join(Positions member) {
    assignment.join(member);
  }

  synchronized void leave(Positions member) {
    assignment.leave(member);
  }

  synchronized boolean isOwner(int partition, Positions member) {
    return assignment.isOwner(partition, member.epoch());
  }

  /** What a member can fetch now: at most so many messages, none of a fenced partition. */
  synchronized List<Range> available(Positions member, int max) {
    List<Range> ranges = new ArrayList<>();
    int left = max;
    for (int partition : member.rotated(assignment.partitionsOf(member))) {
      long from = member.position(partition).orElse(committed[partition]);
      long ready = topic.partition(partition).end() - from;
      if (ready > 0 && left > 0 && !fences.containsKey(partition)) {
        int count = (int) Math.min(ready, left);
        ranges.add(new Range(partition, from, count));
        left -= count;
      }
    }
    return ranges;
  }

  /** Moves a member's positions behind what it fetched, unless they were reset meanwhile. */
  synchronized boolean advance(Positions member, long resets, List<Range> fetched) {
    if (member.resets() != resets) {
      return false;
    }
    fetched.forEach(range -> member.moveTo(range.partition(), range.from() + range.count()));
    return true;
  }

  synchronized long resets(Positions member) {
    return member.resets();
  }

  synchronized void rewind(Positions member) {
    member.reset();
  }

  synchronized List<Integer> partitionsOf(Positions member) {
    return assignment.partitionsOf(member);
  }

  synchronized long position(Positions member, int partition) {
    return member.position(partition).orElse(committed[partition]);
  }

  /** Offsets of one partition. */
  record Range(int partition, long from, int count) {}
}
