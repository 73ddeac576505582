package dev.lockstep.engine.model;

import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions.Action;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.engine.model.PartitionModel.Placed;
import dev.lockstep.engine.model.Taken.Parked;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What is durable and visible in a log, in plain collections. */
final class Model {
  private final Map<String, TopicModel> topics = new TreeMap<>();
  private final Map<Membership, GroupModel> groups = new LinkedHashMap<>();
  private final Map<BranchId, Doubt> inDoubt = new LinkedHashMap<>();
  private final Map<BranchId, Outcome> heuristics = new LinkedHashMap<>();
  private final List<Audited> audit = new ArrayList<>();
  private List<Sent> unsettled = List.of();
  private long latestCommit;
  private long commits;

  /** A topic and its partitions. */
  record TopicModel(TopicConfig config, List<PartitionModel> partitions) {
    TopicModel copy() {
      return new TopicModel(config, partitions.stream().map(PartitionModel::copy).toList());
    }
  }

  /** Something that was done by hand. */
  record Audited(BranchId id, Action action, Resolve resolve, Decision decision) {}

  Model copy() {
    Model copy = new Model();
    topics.forEach((name, topic) -> copy.topics.put(name, topic.copy()));
    groups.forEach((by, group) -> copy.groups.put(by, group.copy()));
    copy.inDoubt.putAll(inDoubt);
    copy.heuristics.putAll(heuristics);
    copy.audit.addAll(audit);
    copy.unsettled = unsettled;
    copy.latestCommit = latestCommit;
    copy.commits = commits;
    return copy;
  }

  Map<String, TopicModel> topics() {
    return topics;
  }

  Map<Membership, GroupModel> groups() {
    return groups;
  }

  Map<BranchId, Doubt> inDoubt() {
    return inDoubt;
  }

  PartitionModel partition(String topic, int partition) {
    return topics.get(topic).partitions().get(partition);
  }

  void create(TopicConfig config) {
    topics.put(
        config.name(),
        new TopicModel(
            config,
            IntStream.range(0, config.partitions()).mapToObj(i -> new PartitionModel()).toList()));
  }

  void join(Membership by, LongStream start) {
    groups.put(by, new GroupModel(start.boxed().toList()));
  }

  void prepare(Doubt doubt) {
    inDoubt.put(doubt.id(), doubt);
  }

  /** What was decided by hand and is not forgotten. */
  Map<BranchId, Outcome> heuristics() {
    return heuristics;
  }

  void forget(BranchId id, Decide.By by, long now) {
    heuristics.remove(id);
    if (by == Decide.By.HAND) {
      latestCommit = Math.max(latestCommit, now);
      audit.add(new Audited(id, Action.FORGET, Resolve.FORCED, Decision.UNKNOWN));
    }
  }

  /** What was done by hand, oldest first. */
  List<Audited> audit() {
    return audit;
  }

  void decide(Doubt doubt, Fate fate, Decide.By by, long now) {
    inDoubt.remove(doubt.id());
    if (by == Decide.By.HAND) {
      heuristics.put(doubt.id(), fate == Fate.COMMIT ? Outcome.COMMITTED : Outcome.ROLLED_BACK);
    }
    if (fate == Fate.COMMIT) {
      commit(doubt.sent(), doubt.taken(), now);
    } else {
      latestCommit = Math.max(latestCommit, now);
    }
    Action action = fate == Fate.COMMIT ? Action.COMMIT : Action.ROLLBACK;
    Decision proven = fate == Fate.COMMIT ? Decision.COMMIT : Decision.ROLLBACK;
    switch (by) {
      case DECIDER -> {}
      case HAND -> audited(doubt, action, Resolve.FORCED, Decision.UNKNOWN);
      case PROOF -> audited(doubt, action, Resolve.PROVEN, proven);
    }
  }

  private void audited(Doubt doubt, Action action, Resolve resolve, Decision decision) {
    audit.add(new Audited(doubt.id(), action, resolve, decision));
  }

  void commit(List<Sent> sent, List<Taken> taken, long now) {
    latestCommit = Math.max(latestCommit, now);
    commits++;
    unsettled = List.copyOf(sent);
    taken.forEach(t -> groups.get(t.by()).acknowledge(t));
  }

  /** Gives the messages of the last commit their places, now that the log tells its ends. */
  void settle(Ends ends) {
    Map<String, Integer> unkeyed = new TreeMap<>();
    for (Sent sent : unsettled) {
      if (sent.partition().isEmpty()) {
        unkeyed.computeIfAbsent(sent.topic(), topic -> grown(topic, ends));
      }
    }
    for (Sent sent : unsettled) {
      int partition = sent.partition().orElseGet(() -> unkeyed.get(sent.topic()));
      partition(sent.topic(), partition).add(sent, latestCommit, commits);
    }
    unsettled = List.of();
  }

  /** The partition that grew by the messages without a key: they all go to the same. */
  private int grown(String topic, Ends ends) {
    int count = topics.get(topic).partitions().size();
    long[] growth = new long[count];
    for (int i = 0; i < count; i++) {
      growth[i] = ends.end(topic, i) - partition(topic, i).end();
    }
    unsettled.stream()
        .filter(sent -> sent.topic().equals(topic))
        .forEach(sent -> sent.partition().ifPresent(partition -> growth[partition]--));
    return IntStream.range(0, count).filter(i -> growth[i] > 0).findFirst().orElse(0);
  }

  /** What a log says of the ends of its partitions. */
  @FunctionalInterface
  interface Ends {
    long end(String topic, int partition);
  }

  /** What a log says of the offsets that are there. */
  @FunctionalInterface
  interface Offsets {
    Set<Long> of(String topic, int partition);
  }

  /** Forgets the messages that are not there any more, where that may be. */
  void forget(Offsets there, long latest) {
    topics.forEach(
        (name, topic) -> {
          for (int i = 0; i < topic.partitions().size(); i++) {
            Set<Long> present = there.of(name, i);
            Set<Long> possible = new Removal(this, name, i, latest).possible();
            topic
                .partitions()
                .get(i)
                .retain(p -> present.contains(p.offset()) || !possible.contains(p.offset()));
          }
        });
  }

  /** The messages of a topic. */
  List<Sent> visible(String topic) {
    return topics.get(topic).partitions().stream()
        .flatMap(partition -> partition.entries().stream())
        .map(Placed::sent)
        .toList();
  }

  /** Remembers what retention may remove now, whatever groups do later. */
  void remember(long latest) {
    topics.forEach(
        (name, topic) -> {
          if (topic.config().isRetainedUntilConsumed()) {
            for (int i = 0; i < topic.partitions().size(); i++) {
              long below = new Removal(this, name, i, latest).retainedFrom();
              topic.partitions().get(i).removable(below);
            }
          }
        });
  }

  /** Whether retention or compaction may have removed a message. */
  boolean mayBeGone(Sent sent, long latest) {
    List<PartitionModel> partitions = topics.get(sent.topic()).partitions();
    for (int i = 0; i < partitions.size(); i++) {
      Set<Long> possible = new Removal(this, sent.topic(), i, latest).possible();
      if (partitions.get(i).entries().stream()
          .anyMatch(p -> p.sent().equals(sent) && possible.contains(p.offset()))) {
        return true;
      }
    }
    return false;
  }

  boolean isFenced(Membership by, int partition) {
    return inDoubt.values().stream().anyMatch(doubt -> doubt.fences(by, partition));
  }

  /** What a member can get of a partition. */
  List<Placed> deliverable(Membership by, int partition, long now) {
    Optional<Parked> parked = groups.get(by).parked(partition);
    if (isFenced(by, partition) || parked.filter(message -> now < message.until()).isPresent()) {
      return List.of();
    }
    List<Placed> pending = pending(by, partition);
    return parked.isPresent() ? pending.subList(0, 1) : pending; // those behind it wait for it
  }

  /** What a group has not consumed of a partition. */
  List<Placed> pending(Membership by, int partition) {
    GroupModel group = groups.get(by);
    List<Placed> pending = new ArrayList<>();
    for (Placed placed : partition(by.topic(), partition).entries()) {
      if (group.isPending(partition, placed.offset())) {
        pending.add(placed);
      }
    }
    return pending;
  }
}
