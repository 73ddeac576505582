package dev.lockstep.engine;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.StartFrom;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.group.GroupTable;
import dev.lockstep.engine.group.Members;
import dev.lockstep.engine.index.PartitionReader;
import dev.lockstep.engine.index.TopicState;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.index.Visibility;
import dev.lockstep.engine.log.LogUnit;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.log.Urgency;
import dev.lockstep.engine.tx.BranchContext;
import dev.lockstep.engine.tx.BranchTable;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.TransactionalLog;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** The segment log of a directory, as integrations drive it. */
final class LocalLog implements TransactionalLog {
  private static final Pattern GROUP_NAME = Pattern.compile("[A-Za-z0-9._-]{1,200}");

  private final SegmentLog log;
  private final BranchContext context;
  private final BranchTable branches;
  private final Members members;
  private final Object groupCreation = new Object();

  LocalLog(
      BranchContext context, BranchTable branches, PartitionReader reader, Visibility visibility) {
    this.context = context;
    this.log = context.log();
    this.branches = branches;
    this.members = new Members(context.groups(), log, reader, visibility);
  }

  @Override
  public UUID id() {
    return log.id();
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.allOf(Capability.class);
  }

  @Override
  public Branch begin(BranchId id) {
    return branches.begin(id);
  }

  @Override
  public Branch begin() {
    return branches.begin();
  }

  @Override
  public Optional<Branch> find(BranchId id) {
    log.checkOpen();
    return branches.find(id);
  }

  @Override
  public List<Undecided> undecided(Decider decider) {
    log.checkOpen();
    return context.prepared().undecided(decider);
  }

  @Override
  public void commit(BranchId id) {
    branches.commit(id);
  }

  @Override
  public void rollback(BranchId id) {
    branches.rollback(id);
  }

  @Override
  public Subscription subscribe(String group, String topic, StartFrom start) {
    if (!GROUP_NAME.matcher(group).matches()) {
      throw new InvalidConfigException(
          "'"
              + group
              + "' can't name a group: use 1 to 200 letters, digits, dots, underscores, hyphens");
    }
    log.checkOpen();
    TopicState state = context.topics().topic(topic);
    createGroup(group, state, start);
    return members.join(group, state);
  }

  private void createGroup(String group, TopicState topic, StartFrom start) {
    GroupTable groups = context.groups();
    synchronized (groupCreation) {
      if (!groups.contains(group, topic)) {
        long[] offsets =
            switch (start) {
              case EARLIEST -> new long[topic.partitionCount()];
              case LATEST -> TopicTable.ends(topic);
            };
        GroupBody body = new GroupBody(group, topic.id(), offsets);
        log.append(LogUnit.of(body.encode(), () -> groups.add(body)), Urgency.NEW_WORK).await();
      }
    }
  }
}
