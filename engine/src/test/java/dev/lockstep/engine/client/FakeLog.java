package dev.lockstep.engine.client;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.MessageId;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.Topics;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Cursor;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.SubscriptionConfig;
import dev.lockstep.spi.TransactionalLog;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A log in memory. Its monitor guards all of its state, that of its branches and subscriptions
 * included, and is notified of every change.
 */
final class FakeLog implements TransactionalLog, Topics {
  /** What a group acknowledges: one partition of one topic. */
  record Place(String group, String topic, int partition) {}

  final Map<String, List<List<Delivery>>> messages = new TreeMap<>();
  final Map<Place, Long> acknowledged = new LinkedHashMap<>();
  final Map<Place, FakeBranch> fences = new LinkedHashMap<>();
  final Map<BranchId, FakeBranch> branches = new LinkedHashMap<>();
  final List<FakeSubscription> members = new ArrayList<>();

  /** Everything that was committed, one entry a branch. */
  final List<FakeBranch> commits = new ArrayList<>();

  /** The exception with which the next one-phase commit rolls back instead. */
  Optional<RuntimeException> nextCommit = Optional.empty();

  /** The exception that the next rollback throws after it has rolled back. */
  Optional<RuntimeException> nextRollback = Optional.empty();

  private final UUID id = new UUID(1, 2);
  private int begun;
  private long sent;
  private long epochs;

  /** Visible messages of a topic, all partitions. */
  synchronized List<Delivery> visible(String topic) {
    return messages.getOrDefault(topic, List.of()).stream().flatMap(List::stream).toList();
  }

  synchronized Set<Branch.State> openBranches() {
    Set<Branch.State> states = new HashSet<>();
    branches.values().forEach(branch -> states.add(branch.state()));
    return states;
  }

  synchronized MessageId nextMessageId() {
    return MessageId.of(id.getLeastSignificantBits(), 1, ++sent);
  }

  synchronized long nextEpoch() {
    return ++epochs;
  }

  synchronized void show(MessageId message, int partition, Envelope envelope) {
    List<Delivery> partitionOf = messages.get(envelope.topic()).get(partition);
    partitionOf.add(delivery(message, partition, partitionOf.size(), envelope));
  }

  private static Delivery delivery(MessageId id, int partition, long offset, Envelope envelope) {
    return new Delivery(id, partition, offset, offset, 1, Instant.EPOCH, envelope);
  }

  int partitionOf(Envelope envelope) {
    int partitions = messages.get(envelope.topic()).size();
    return envelope.key().map(key -> Math.floorMod(key[0], partitions)).orElse(0);
  }

  @Override
  public UUID id() {
    return id;
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(Capability.XA, Capability.ORDERED_BY_COMMIT);
  }

  @Override
  public synchronized Branch begin(BranchId branchId) {
    if (branches.containsKey(branchId)) {
      throw new IllegalStateException("branch " + branchId + " exists");
    }
    FakeBranch branch = new FakeBranch(this, branchId);
    branches.put(branchId, branch);
    return branch;
  }

  @Override
  public synchronized Branch begin() {
    return begin(BranchId.of(1, ByteBuffer.allocate(4).putInt(++begun).array(), new byte[0]));
  }

  @Override
  public synchronized Optional<Branch> find(BranchId branchId) {
    return Optional.ofNullable(branches.get(branchId));
  }

  @Override
  public synchronized List<Undecided> undecided(Decider decider) {
    return branches.values().stream()
        .filter(branch -> branch.state() == Branch.State.PREPARED)
        .map(branch -> new Undecided(branch.id(), decider, Instant.EPOCH, new byte[0]))
        .toList();
  }

  @Override
  public List<Heuristic> heuristics() {
    return List.of();
  }

  @Override
  public void forget(BranchId branchId) {
    throw new UnsupportedOperationException("not of interest here");
  }

  @Override
  public void commit(BranchId branchId, Forcing forcing) {
    known(branchId).commitPrepared();
  }

  @Override
  public void force() {
    // nothing of it is on a disk
  }

  @Override
  public void rollback(BranchId branchId) {
    known(branchId).rollback();
  }

  private synchronized FakeBranch known(BranchId branchId) {
    return Optional.ofNullable(branches.get(branchId))
        .orElseThrow(() -> new NoSuchElementException("no branch " + branchId));
  }

  @Override
  public Cursor read(String topic, Set<Integer> partitions) {
    return new FakeCursor(this, topic);
  }

  @Override
  public synchronized FakeSubscription subscribe(SubscriptionConfig config) {
    String group = config.group();
    String topic = config.topic();
    StartFrom start = config.startFrom();
    for (int partition = 0; partition < messages.get(topic).size(); partition++) {
      long at = start == StartFrom.EARLIEST ? 0 : messages.get(topic).get(partition).size();
      acknowledged.putIfAbsent(new Place(group, topic, partition), at);
    }
    FakeSubscription member = new FakeSubscription(this, group, topic);
    members.add(member);
    return member;
  }

  @Override
  public synchronized TopicInfo create(TopicConfig config) {
    List<List<Delivery>> partitions = new ArrayList<>();
    for (int partition = 0; partition < config.partitions(); partition++) {
      partitions.add(new ArrayList<>());
    }
    if (messages.putIfAbsent(config.name(), partitions) != null) {
      throw new InvalidConfigException("topic " + config.name() + " exists");
    }
    return new FakeTopic(config, partitions);
  }

  @Override
  public synchronized TopicInfo createIfAbsent(TopicConfig config) {
    return find(config.name()).orElseGet(() -> create(config));
  }

  @Override
  public synchronized Optional<TopicInfo> find(String topic) {
    return Optional.ofNullable(messages.get(topic))
        .map(found -> new FakeTopic(TopicConfig.of(topic).partitions(found.size()), found));
  }

  @Override
  public TopicInfo alter(TopicConfig config) {
    throw new UnsupportedOperationException();
  }

  @Override
  public synchronized List<String> names() {
    return List.copyOf(messages.keySet());
  }

  @Override
  public boolean delete(String topic) {
    throw new UnsupportedOperationException("not of interest here");
  }

  private record FakeTopic(TopicConfig config, List<List<Delivery>> partitions)
      implements TopicInfo {
    @Override
    public long firstOffset(int partition) {
      return 0;
    }

    @Override
    public OptionalLong offsetAt(int partition, Instant time) {
      return OptionalLong.empty();
    }

    @Override
    public long bytes() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long endOffset(int partition) {
      return partitions.get(partition).size();
    }
  }
}
