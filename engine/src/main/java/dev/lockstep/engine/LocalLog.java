package dev.lockstep.engine;

import dev.lockstep.CommitPath;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.engine.group.Members;
import dev.lockstep.engine.log.SegmentLog;
import dev.lockstep.engine.tx.BranchContext;
import dev.lockstep.engine.tx.BranchTable;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Cursor;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.SubscriptionConfig;
import dev.lockstep.spi.TransactionRecords;
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
  private final Optional<TransactionRecords> records;
  private final Optional<CommitPath> commitPath;

  LocalLog(
      BranchContext context,
      BranchTable branches,
      Members members,
      Optional<TransactionRecords> records,
      Optional<CommitPath> commitPath) {
    this.context = context;
    this.log = context.log();
    this.branches = branches;
    this.members = members;
    this.records = records;
    this.commitPath = commitPath;
  }

  @Override
  public UUID id() {
    return log.id();
  }

  @Override
  public Set<Capability> capabilities() {
    Set<Capability> capabilities = EnumSet.allOf(Capability.class);
    if (records.isEmpty()) {
      capabilities.remove(Capability.TRANSACTION_RECORDS);
    }
    return capabilities;
  }

  @Override
  public Optional<CommitPath> commitPath() {
    return commitPath;
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
    return branches.undecided(decider);
  }

  @Override
  public List<Heuristic> heuristics() {
    log.checkOpen();
    return context.resolutions().asHeuristics();
  }

  @Override
  public void forget(BranchId id) {
    branches.forget(id);
  }

  @Override
  public void commit(BranchId id, Forcing forcing) {
    branches.commit(id, forcing);
  }

  @Override
  public void force() {
    log.force();
  }

  @Override
  public Optional<TransactionRecords> records() {
    return records;
  }

  @Override
  public void rollback(BranchId id) {
    branches.rollback(id);
  }

  @Override
  public Subscription subscribe(SubscriptionConfig config) {
    if (!GROUP_NAME.matcher(config.group()).matches()) {
      throw new InvalidConfigException(
          "'"
              + config.group()
              + "' can't name a group: use 1 to 200 letters, digits, dots, underscores, hyphens");
    }
    log.checkOpen();
    log.awaitDeferred(); // a group that begins at the end begins behind what was committed before
    return members.join(config, context.topics().topic(config.topic()));
  }

  @Override
  public Cursor read(String topic, Set<Integer> partitions) {
    log.checkOpen();
    return members.read(context.topics().topic(topic), partitions);
  }
}
