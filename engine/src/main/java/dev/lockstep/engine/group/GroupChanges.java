package dev.lockstep.engine.group;

import dev.lockstep.GroupInUseException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.GroupDeletedBody;
import dev.lockstep.engine.frame.GroupPositionBody;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.index.Visibility;
import dev.lockstep.engine.log.LogUnit;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.log.Ticket;
import dev.lockstep.engine.log.Urgency;
import dev.lockstep.spi.SubscriptionConfig;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Creates, moves and deletes groups, durably. Thread-safe. */
public final class GroupChanges {
  private final GroupTable groups;
  private final SegmentLog log;
  private final Visibility visibility;

  /** Held while groups come into being, get members, or are deleted. */
  private final ReentrantLock existence = new ReentrantLock();

  public GroupChanges(GroupTable groups, SegmentLog log, Visibility visibility) {
    this.groups = groups;
    this.log = log;
    this.visibility = visibility;
  }

  /** Does something with a group that exists then, and is not deleted meanwhile. */
  GroupState withGroup(SubscriptionConfig config, TopicState topic, Consumer<GroupState> work) {
    existence.lock();
    try {
      if (!groups.contains(config.group(), topic)) {
        create(config, topic);
      }
      GroupState group = groups.group(config.group(), topic);
      work.accept(group);
      return group;
    } finally {
      existence.unlock();
    }
  }

  private void create(SubscriptionConfig config, TopicState topic) {
    long[] offsets =
        switch (config.startFrom()) {
          case EARLIEST -> new long[topic.partitionCount()];
          case LATEST -> TopicTable.ends(topic);
        };
    GroupBody body = GroupBody.at(config.group(), topic.id(), offsets);
    append(topic, LogUnit.of(body.encode(), () -> groups.add(body)), Urgency.NEW_WORK).await();
  }

  private Ticket append(TopicState topic, LogUnit unit, Urgency urgency) {
    return groups
        .topics()
        .use(
            () -> {
              topic.requirePresent();
              return log.append(unit, urgency);
            });
  }

  /**
   * Moves a group.
   *
   * @throws IllegalArgumentException if an offset is negative or behind the end
   * @throws GroupInUseException if an undecided transaction holds one of the partitions
   */
  public void move(String group, TopicState topic, int partition, long offset) {
    if (!groups.contains(group, topic)) {
      throw new IllegalArgumentException(
          "group '" + group + "' has never read '" + topic.name() + "'; correct the name");
    }
    move(groups.group(group, topic), Map.of(partition, offset));
  }

  void move(GroupState group, Map<Integer, Long> offsets) {
    TopicState topic = group.topic();
    offsets.forEach((partition, offset) -> Offsets.requireValid(topic, partition, offset));
    GroupPositionBody body = new GroupPositionBody(group.name(), topic.id(), Map.copyOf(offsets));
    log.awaitDeferred(); // what is committed holds nothing
    group.beginMove(offsets.keySet(), log::checkOpen);
    LogUnit unit = LogUnit.of(body.encode(), () -> groups.move(body));
    try {
      append(topic, unit, Urgency.CONSUMPTION).await(); // what it skips may go
    } catch (OutcomeUnknownException e) {
      throw e; // the log has failed: nothing is acknowledged any more
    } catch (RuntimeException e) {
      group.cancelMove(offsets.keySet());
      visibility.wake(); // members have found nothing meanwhile
      throw e;
    }
  }

  /**
   * Deletes a group in all topics.
   *
   * @return whether there was one
   * @throws GroupInUseException if it has members, or an undecided transaction holds some of it
   */
  public boolean delete(String group) {
    existence.lock();
    try {
      if (!groups.names().contains(group)) {
        log.checkOpen();
        return false;
      }
      log.awaitDeferred(); // what is committed holds nothing
      groups.requireUnused(group);
      GroupDeletedBody body = new GroupDeletedBody(group);
      LogUnit unit = LogUnit.of(body.encode(), () -> groups.remove(group));
      log.append(unit, Urgency.RECLAIM).await(); // what only it had still to consume may go
      return true;
    } finally {
      existence.unlock();
    }
  }
}
