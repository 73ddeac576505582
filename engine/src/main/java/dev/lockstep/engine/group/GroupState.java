package dev.lockstep.engine.group;

import dev.lockstep.GroupInUseException;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.Ordering;
import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.GroupBody.Place;
import dev.lockstep.engine.frame.Range;
import dev.lockstep.engine.index.TopicState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;

/** A group in one topic. Thread-safe: its monitor is the group's lock. */
final class GroupState {
  private static final long LOOK_AGAIN_MILLIS = 100;

  private final String name;
  private final TopicState topic;
  private final List<PartitionState> partitions = new ArrayList<>();
  private Assignment assignment;
  private int maxWaiting = Integer.MAX_VALUE;

  GroupState(GroupBody body, TopicState topic) {
    this.name = body.group();
    this.topic = topic;
    body.places().forEach(place -> partitions.add(new PartitionState(place)));
    this.assignment = new Assignment(Ordering.PARTITION, partitions.size());
    resize();
  }

  String name() {
    return name;
  }

  int topicId() {
    return topic.id();
  }

  String topicName() {
    return topic.name();
  }

  /**
   * The topic, if it is still there.
   *
   * @throws dev.lockstep.UnknownTopicException if it was deleted
   */
  TopicState topic() {
    topic.requirePresent();
    return topic;
  }

  /** Reads the partitions that were added to the topic, each from its start. */
  final synchronized void resize() {
    while (partitions.size() < topic.partitionCount()) {
      partitions.add(new PartitionState(Place.at(0)));
    }
    if (assignment.partitions() < partitions.size()) {
      assignment.grow(partitions.size());
    }
  }

  private PartitionState state(int partition) {
    if (partition >= partitions.size()) {
      resize();
    }
    return partitions.get(partition);
  }

  /** Does something under the group's lock. */
  synchronized <T> T with(Function<List<PartitionState>, T> work) {
    return work.apply(partitions);
  }

  synchronized GroupBody body() {
    return new GroupBody(
        name,
        topic.id(),
        partitions.stream().map(partition -> partition.progress().place()).toList());
  }

  synchronized long committed(int partition) {
    topic.partition(partition);
    return state(partition).progress().committed();
  }

  synchronized int members() {
    return assignment.members();
  }

  synchronized List<String> blockedBy() {
    TreeSet<String> transactions = new TreeSet<>();
    for (PartitionState partition : partitions) {
      partition.holds().all().forEach(fence -> fence.inDoubt().ifPresent(transactions::add));
    }
    return List.copyOf(transactions);
  }

  /**
   * Holds what an acknowledgement names, if it is valid now.
   *
   * @return why it is not valid; empty if it is
   */
  synchronized Optional<String> fence(Ack ack, Fence fence) {
    Optional<String> refusal = refusal(ack);
    if (refusal.isEmpty()) {
      state(ack.partition()).hold(ack, fence);
    }
    return refusal.map(
        why ->
            "in partition "
                + ack.partition()
                + " of '"
                + topic.name()
                + "', for group '"
                + name
                + "', "
                + why);
  }

  private Optional<String> refusal(Ack ack) {
    if (topic.isDeleted()) {
      return Optional.of("nothing is left: the topic was deleted");
    }
    PartitionState partition = state(ack.partition());
    if (ack.memberEpoch() == Ack.GROUP_ITSELF) {
      return partition.refusalOfGaps(ack);
    }
    if (assignment.owner(ack.partition(), ack.memberEpoch()).isEmpty()) {
      return Optional.of("nothing is assigned to this member any more");
    }
    Optional<String> refusal =
        switch (assignment.ordering()) {
          case PARTITION -> partition.refusalInOrder(ack);
          case KEY -> partition.refusalByKey(ack);
        };
    return refusal.or(() -> behindTheEnd(ack));
  }

  private Optional<String> behindTheEnd(Ack ack) {
    long end = topic.partition(ack.partition()).end();
    boolean fits =
        ack.ranges().stream().allMatch(range -> range.to() <= end)
            && ack.parks().stream().allMatch(park -> park.offset() < end);
    return fits
        ? Optional.empty()
        : Optional.of("the acknowledgement ends behind the partition, which ends at " + end);
  }

  /** Holds what was found valid before a crash. */
  synchronized void restore(Ack ack, Fence fence) {
    state(ack.partition()).hold(ack, fence);
  }

  /** The branch was rolled back: its member goes back to what is acknowledged. */
  synchronized void release(Ack ack, long branch) {
    state(ack.partition()).release(ack, branch);
    goBack(ack);
    notifyAll();
  }

  synchronized void commit(Ack ack, long branch) {
    state(ack.partition()).commit(ack, branch);
    if (!ack.parks().isEmpty()) {
      goBack(ack);
    }
    notifyAll();
  }

  private void goBack(Ack ack) {
    if (assignment.ordering() == Ordering.PARTITION) {
      assignment
          .owner(ack.partition(), ack.memberEpoch())
          .ifPresent(member -> member.reset(ack.partition()));
    }
  }

  /**
   * Keeps everybody from acknowledging partitions, until they are moved or {@link #cancelMove} is
   * called; then waits until what commits in one phase has done so.
   *
   * @param stillOpen throws if nothing will ever be decided any more
   * @throws GroupInUseException if a prepared transaction holds one of them
   */
  synchronized void beginMove(Set<Integer> moved, Runnable stillOpen) {
    moved.forEach(this::requireUnheld);
    moved.forEach(partition -> state(partition).holds().holdAll(Fence.MOVE));
    try {
      awaitAlone(moved, stillOpen);
    } catch (RuntimeException e) {
      cancelMove(moved);
      throw e;
    }
  }

  /** Uninterruptibly: what is awaited takes no longer than a force. */
  private void awaitAlone(Set<Integer> moved, Runnable stillOpen) {
    boolean interrupted = false;
    try {
      while (moved.stream().anyMatch(partition -> state(partition).holds().all().size() > 1)) {
        stillOpen.run();
        try {
          wait(LOOK_AGAIN_MILLIS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void requireUnheld(int partition) {
    for (Fence fence : state(partition).holds().all()) {
      if (fence.inDoubt().isPresent() || fence.equals(Fence.MOVE)) {
        throw new GroupInUseException(
            "group '"
                + name
                + "' can't be moved in partition "
                + partition
                + " of '"
                + topic.name()
                + "': it is held by "
                + fence.holder()
                + ". Wait for that, or decide it");
      }
    }
  }

  synchronized void cancelMove(Set<Integer> moved) {
    moved.forEach(partition -> state(partition).holds().release(Fence.MOVE.branch()));
    notifyAll();
  }

  /**
   * Throws unless the group can be deleted.
   *
   * @throws GroupInUseException if it has members, or an undecided branch holds some of it
   */
  synchronized void requireUnused() {
    String why =
        partitions.stream()
            .flatMap(partition -> partition.holds().all().stream())
            .findFirst()
            .map(fence -> "it is held in '" + topic.name() + "' by " + fence.holder())
            .orElse("");
    if (assignment.members() > 0) {
      why =
          "it has " + assignment.members() + " members in '" + topic.name() + "'; close them first";
    }
    if (!why.isEmpty()) {
      throw new GroupInUseException("group '" + name + "' can't be deleted: " + why);
    }
  }

  /** Everything below the offsets is consumed, everything from them on is not. */
  synchronized void move(Map<Integer, Long> offsets) {
    offsets.forEach(
        (partition, offset) -> {
          PartitionState state = state(partition);
          state.holds().release(Fence.MOVE.branch());
          state.moveTo(offset);
          assignment.reset(partition);
        });
    notifyAll();
  }

  synchronized void trimmed(int partition, long first) {
    state(partition).progress().unparkBelow(first);
  }

  synchronized void dropped(int partition, long[] offsets) {
    state(partition).dropped(offsets);
  }

  synchronized void join(Positions member, Ordering ordering, int mayWait) {
    topic.requirePresent();
    resize();
    if (assignment.members() == 0) {
      maxWaiting = mayWait;
      assignment = new Assignment(ordering, partitions.size());
      partitions.forEach(partition -> partition.window().clear());
    } else if (assignment.ordering() != ordering) {
      throw new InvalidConfigException(
          "group '"
              + name
              + "' consumes '"
              + topic.name()
              + "' with ordering "
              + assignment.ordering()
              + ", and a new member asks for "
              + ordering
              + "; all members must agree");
    }
    assignment.join(member);
  }

  synchronized void leave(Positions member) {
    partitions.forEach(partition -> partition.window().takeBack(member.epoch()));
    assignment.leave(member);
  }

  /** Takes back what a member has fetched and no branch holds. */
  synchronized void rewind(Positions member) {
    partitions.forEach(partition -> partition.window().takeBack(member.epoch()));
    member.reset();
  }

  /** Takes back some of what a member has fetched, unless a branch holds it. */
  synchronized void giveBack(Positions member, int partition, Range range) {
    state(partition).window().takeBack(member.epoch(), range);
    member.goBack(partition, range.from());
  }

  /** How many messages of a partition may wait, as the first of the present members has it. */
  synchronized int maxWaiting() {
    return maxWaiting;
  }

  /** The partitions that bring nothing new, since as much as is allowed waits in them. */
  synchronized List<Integer> waiting() {
    return IntStream.range(0, partitions.size())
        .filter(partition -> partitions.get(partition).window().stuck() >= maxWaiting)
        .boxed()
        .toList();
  }

  /** What is not consumed of a partition, below its end. */
  synchronized List<Range> open(int partition, long end) {
    return state(partition).progress().open(0, end);
  }
}
