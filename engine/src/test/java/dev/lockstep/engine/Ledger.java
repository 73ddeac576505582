package dev.lockstep.engine;

import dev.lockstep.MessageId;
import dev.lockstep.spi.BranchId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What was asked of a log, and what may have become of it, as those know who asked. Written while
 * the log works, by any thread; read when it has stopped.
 */
final class Ledger {
  private static final int FORMAT = 7;

  private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
  private final Map<String, Topic> topics = new ConcurrentHashMap<>();
  private final Map<Membership, Group> groups = new ConcurrentHashMap<>();
  private final Set<String> durableTopics = ConcurrentHashMap.newKeySet();
  private final Set<Membership> durableGroups = ConcurrentHashMap.newKeySet();
  private final AtomicLong time = new AtomicLong();
  private final AtomicLong names = new AtomicLong();

  /** What may be found of a transaction after a crash. */
  enum State {
    NOTHING,
    UNDECIDED,
    COMMITTED,
    COMMITTED_BY_HAND,
    NOTHING_BY_HAND
  }

  /** Whether something must be found after a crash. */
  enum Certainty {
    CERTAIN,
    UNKNOWN
  }

  record Topic(int partitions, Certainty certainty) {}

  record Membership(String group, String topic) {}

  /** A group, with the offsets at which it began. */
  record Group(List<Long> start, Certainty certainty) {}

  record Sent(MessageId id, String topic, String key, byte[] payload) {}

  record Acknowledged(Membership by, int partition, long from, long to) {}

  /** One transaction. For one thread at a time. */
  static final class Entry {
    private final BranchId id;
    private final List<Sent> sent;
    private final List<Acknowledged> acknowledged;
    private final Set<State> ever;
    private Set<State> possible;
    private long begun;
    private long ended;

    private Entry(BranchId id) {
      this.id = id;
      this.sent = new ArrayList<>();
      this.acknowledged = new ArrayList<>();
      this.ever = EnumSet.of(State.NOTHING);
      this.possible = EnumSet.of(State.NOTHING);
      this.ended = Long.MAX_VALUE;
    }

    private Entry(Entry other, Set<State> possible) {
      this.id = other.id;
      this.sent = new ArrayList<>(other.sent);
      this.acknowledged = new ArrayList<>(other.acknowledged);
      this.ever = EnumSet.copyOf(other.ever);
      this.possible = EnumSet.copyOf(possible);
      this.begun = other.begun;
      this.ended = other.ended;
    }

    BranchId id() {
      return id;
    }

    byte[] note() {
      return ByteBuffer.allocate(Integer.BYTES).putInt(id.hashCode()).array();
    }

    List<Sent> sent() {
      return sent;
    }

    List<Acknowledged> acknowledged() {
      return acknowledged;
    }

    Set<State> possible() {
      return possible;
    }

    boolean is(State state) {
      return possible.equals(EnumSet.of(state));
    }

    /** Whether it is committed, in one way or another. */
    boolean isCommitted() {
      return is(State.COMMITTED) || is(State.COMMITTED_BY_HAND);
    }

    /** Whether it was decided by hand and is not forgotten. */
    boolean isByHand() {
      return is(State.COMMITTED_BY_HAND) || is(State.NOTHING_BY_HAND);
    }

    void may(State first, State... others) {
      possible = EnumSet.of(first, others);
      ever.addAll(possible);
    }

    /** When the call began that may have committed it. */
    long begun() {
      return begun;
    }

    /** When the call returned that certainly committed it. */
    long ended() {
      return ended;
    }

    private void isDurable() {
      ever.clear();
      ever.addAll(possible);
    }

    void isLost() {
      ended = Long.MAX_VALUE;
    }

    @Override
    public String toString() {
      return id + " " + possible + ", " + sent.size() + " messages, " + acknowledged;
    }
  }

  Entry open() {
    byte[] name = ByteBuffer.allocate(Long.BYTES).putLong(names.incrementAndGet()).array();
    Entry entry = new Entry(BranchId.of(FORMAT, name, new byte[] {1}));
    entries.add(entry);
    return entry;
  }

  /** A name that was never given before. */
  String name(String prefix) {
    return prefix + names.incrementAndGet();
  }

  void begins(Entry entry) {
    entry.begun = time.incrementAndGet();
  }

  void ends(Entry entry) {
    entry.ended = time.incrementAndGet();
  }

  void topic(String name, Topic topic) {
    topics.put(name, topic);
  }

  void noTopic(String name) {
    topics.remove(name);
  }

  void group(Membership by, Group group) {
    groups.put(by, group);
  }

  void noGroup(Membership by) {
    groups.remove(by);
  }

  Collection<Entry> entries() {
    return entries;
  }

  Map<String, Topic> topics() {
    return new TreeMap<>(topics);
  }

  Map<Membership, Group> groups() {
    return Map.copyOf(groups);
  }

  /** A checkpoint has made durable what is known now. Nothing else may be under way. */
  void isDurable() {
    entries.forEach(Entry::isDurable);
    durableTopics.addAll(topics.keySet());
    durableGroups.addAll(groups.keySet());
  }

  /** The same knowledge, to go on from in another way. */
  Ledger copy() {
    Ledger copy = new Ledger();
    entries.forEach(entry -> copy.entries.add(new Entry(entry, entry.possible)));
    copy.topics.putAll(topics);
    copy.groups.putAll(groups);
    copy.durableTopics.addAll(durableTopics);
    copy.durableGroups.addAll(durableGroups);
    copy.time.set(time.get());
    copy.names.set(names.get());
    return copy;
  }

  /** What is left of the knowledge if the log may have lost what came after a checkpoint. */
  Ledger weakened() {
    Ledger weak = copy();
    weak.entries.clear();
    entries.forEach(entry -> weak.entries.add(new Entry(entry, entry.ever)));
    weak.topics.replaceAll(
        (name, topic) ->
            durableTopics.contains(name)
                ? topic
                : new Topic(topic.partitions(), Certainty.UNKNOWN));
    weak.groups.replaceAll(
        (by, group) ->
            durableGroups.contains(by) ? group : new Group(group.start(), Certainty.UNKNOWN));
    return weak;
  }
}
