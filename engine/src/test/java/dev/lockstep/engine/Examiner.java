package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Groups.GroupInfo;
import dev.lockstep.HeuristicOutcomeException;
import dev.lockstep.MessageId;
import dev.lockstep.StartFrom;
import dev.lockstep.Topics.TopicInfo;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.Transactions.Action;
import dev.lockstep.Transactions.InDoubt;
import dev.lockstep.engine.Ledger.Acknowledged;
import dev.lockstep.engine.Ledger.Certainty;
import dev.lockstep.engine.Ledger.Entry;
import dev.lockstep.engine.Ledger.Group;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.engine.Ledger.Sent;
import dev.lockstep.engine.Ledger.State;
import dev.lockstep.engine.Ledger.Topic;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.TransactionalLog.Heuristic;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Compares an open log with a ledger: everything certain is there, exactly once and in order;
 * nothing is there that can't be; what is unknown happened as a whole or not at all. What it finds
 * of the unknown it enters as certain, so that a later examination must find the same.
 */
final class Examiner {
  private static final Certainty CERTAIN = Certainty.CERTAIN;

  private final Work work;
  private final Engine engine;
  private final Ledger ledger;
  private final Map<BranchId, Undecided> undecided;
  private final Map<BranchId, Heuristic> heuristics;
  private final Map<MessageId, Entry> senders = new HashMap<>();
  private final Map<MessageId, Sent> sent = new HashMap<>();
  private final Set<MessageId> found = new HashSet<>();
  private final List<List<Entry>> orders = new ArrayList<>();

  private Examiner(Work work) {
    this.work = work;
    this.engine = work.engine();
    this.ledger = work.ledger();
    this.undecided =
        engine.log().undecided(Decider.TRANSACTION_MANAGER).stream()
            .collect(Collectors.toMap(Undecided::id, Function.identity()));
    this.heuristics =
        engine.log().heuristics().stream()
            .collect(Collectors.toMap(Heuristic::id, Function.identity()));
    for (Entry entry : ledger.entries()) {
      for (Sent message : entry.sent()) {
        senders.put(message.id(), entry);
        sent.put(message.id(), message);
      }
    }
  }

  static void examine(Work work) {
    Examiner examiner = new Examiner(work);
    examiner.topics();
    examiner.messages();
    examiner.outcomes();
    examiner.orders();
    examiner.noneIsMissingBeforeAnother();
    examiner.groups();
    examiner.undecided();
  }

  private void topics() {
    Map<String, Topic> known = ledger.topics();
    assertThat(engine.topics().names()).isSubsetOf(known.keySet());
    known.forEach(
        (name, topic) -> {
          if (engine.topics().find(name).isPresent()) {
            ledger.topic(name, new Topic(topic.partitions(), Certainty.CERTAIN));
          } else {
            assertThat(topic.certainty()).as("missing topic %s", name).isNotEqualTo(CERTAIN);
            ledger.noTopic(name);
          }
        });
  }

  private void messages() {
    for (String topic : engine.topics().names()) {
      TopicInfo info = engine.topics().find(topic).orElseThrow();
      int partitions = ledger.topics().get(topic).partitions();
      assertThat(info.config().partitions()).isEqualTo(partitions);
      List<List<Delivery>> all = new ArrayList<>();
      for (int i = 0; i < partitions; i++) {
        all.add(new ArrayList<>());
      }
      try (Subscription audit = work.join(ledger.name("audit"), topic, StartFrom.EARLIEST)) {
        for (List<Delivery> some = fetch(audit); !some.isEmpty(); some = fetch(audit)) {
          some.forEach(delivery -> all.get(delivery.partition()).add(delivery));
        }
      }
      for (int i = 0; i < partitions; i++) {
        assertThat(info.endOffset(i)).as("end of %s", topic).isEqualTo(all.get(i).size());
        partition(topic, all.get(i));
      }
    }
  }

  private static List<Delivery> fetch(Subscription member) {
    return member.fetch(1000, Duration.ZERO);
  }

  private void partition(String topic, List<Delivery> deliveries) {
    List<Entry> order = new ArrayList<>();
    for (Delivery delivery : deliveries) {
      Sent message = sent.get(delivery.id());
      assertThat(message).as("a message in %s that nobody sent", topic).isNotNull();
      assertThat(found.add(delivery.id())).as("a message twice in %s", topic).isTrue();
      assertThat(message.topic()).isEqualTo(topic);
      assertThat(delivery.offset()).as("offset in %s", topic).isEqualTo(order.size());
      assertThat(delivery.envelope().payload()).isEqualTo(message.payload());
      assertThat(delivery.envelope().key().map(key -> new String(key, StandardCharsets.UTF_8)))
          .contains(message.key());
      order.add(senders.get(delivery.id()));
    }
    inOrderOfSend(deliveries.stream().map(Delivery::id).toList());
    List<Entry> transactions = new ArrayList<>(new LinkedHashSet<>(order));
    long changes = 0;
    for (int i = 1; i < order.size(); i++) {
      changes += order.get(i) == order.get(i - 1) ? 0 : 1;
    }
    assertThat(changes)
        .as("changes from a transaction to the next in %s", topic)
        .isEqualTo(Math.max(0, transactions.size() - 1));
    orders.add(transactions);
  }

  private void inOrderOfSend(List<MessageId> ids) {
    Map<Entry, List<MessageId>> byEntry = new HashMap<>();
    ids.forEach(id -> byEntry.computeIfAbsent(senders.get(id), e -> new ArrayList<>()).add(id));
    byEntry.forEach(
        (entry, some) -> {
          List<MessageId> asSent = new ArrayList<>(entry.sent().stream().map(Sent::id).toList());
          asSent.retainAll(some);
          assertThat(some).as("order in %s", entry).isEqualTo(asSent);
        });
  }

  /** Settles the state of each transaction. Those without messages are told by their offsets. */
  private void outcomes() {
    for (Entry entry : ledger.entries()) {
      long there = entry.sent().stream().map(Sent::id).filter(found::contains).count();
      assertThat(there).as("messages of %s", entry).isIn(0L, (long) entry.sent().size());
      State state;
      if (heuristics.containsKey(entry.id())) {
        state = byHand(entry, heuristics.get(entry.id()), there);
      } else if (undecided.containsKey(entry.id())) {
        assertThat(there).as("messages of undecided %s", entry).isZero();
        state = State.UNDECIDED;
      } else if (entry.sent().isEmpty() && entry.possible().contains(State.COMMITTED)) {
        state = isAcknowledged(entry) ? State.COMMITTED : State.NOTHING;
      } else {
        state = there > 0 ? State.COMMITTED : State.NOTHING;
      }
      assertThat(entry.possible()).as("outcome of %s", entry).contains(state);
      entry.may(state);
    }
  }

  private State byHand(Entry entry, Heuristic heuristic, long messagesThere) {
    assertThat(undecided).doesNotContainKey(entry.id());
    boolean committed = heuristic.outcome() == Outcome.COMMITTED;
    assertThat(messagesThere).isEqualTo(committed ? entry.sent().size() : 0L);
    assertThat(heuristic.reason()).isEqualTo(Work.REASON);
    assertThat(heuristic.decider()).isEqualTo(Decider.TRANSACTION_MANAGER);
    assertThat(engine.log().find(entry.id()).map(Branch::state))
        .contains(committed ? Branch.State.HEURISTIC_COMMIT : Branch.State.HEURISTIC_ROLLBACK);
    InDoubt view = engine.transactions().find(entry.id().toString()).orElseThrow();
    assertThat(view.heuristic().map(by -> by.outcome())).contains(heuristic.outcome());
    assertThat(view.blockedGroups()).isEmpty();
    assertThat(view.messagesByTopic().values().stream().mapToInt(n -> n).sum())
        .isEqualTo(entry.sent().size());
    Action action = committed ? Action.COMMIT : Action.ROLLBACK;
    assertThat(engine.transactions().audit())
        .as("audit of %s", entry)
        .anyMatch(
            record ->
                record.transactionId().equals(entry.id().toString())
                    && record.action() == action
                    && record.at().equals(heuristic.at())
                    && record.reason().equals(Work.REASON));
    assertThatThrownBy(() -> engine.log().commit(entry.id()))
        .isInstanceOf(HeuristicOutcomeException.class);
    assertThatThrownBy(() -> engine.log().rollback(entry.id()))
        .isInstanceOf(HeuristicOutcomeException.class);
    return committed ? State.COMMITTED_BY_HAND : State.NOTHING_BY_HAND;
  }

  private boolean isAcknowledged(Entry entry) {
    return entry.acknowledged().stream().allMatch(ack -> committed(ack) >= ack.to());
  }

  private long committed(Acknowledged ack) {
    return info(ack.by()).committed(ack.partition()).orElseThrow();
  }

  private GroupInfo info(Membership by) {
    return engine.groups().find(by.group(), by.topic()).orElseThrow();
  }

  private void orders() {
    for (List<Entry> order : orders) {
      long latestBegin = 0;
      for (Entry entry : order) {
        assertThat(entry.ended()).as("%s came before it began", entry).isGreaterThan(latestBegin);
        latestBegin = Math.max(latestBegin, entry.begun());
      }
    }
    for (List<Entry> order : orders) {
      for (List<Entry> other : orders) {
        List<Entry> here = new ArrayList<>(order);
        List<Entry> there = new ArrayList<>(other);
        here.retainAll(new HashSet<>(other));
        there.retainAll(new HashSet<>(order));
        assertThat(here).as("commit order in two partitions").isEqualTo(there);
      }
    }
  }

  /** What an unforced log loses is its end: never one transaction, and a later one not. */
  private void noneIsMissingBeforeAnother() {
    long latestBegin =
        ledger.entries().stream()
            .filter(entry -> entry.isCommitted())
            .mapToLong(Entry::begun)
            .max()
            .orElse(0);
    assertThat(ledger.entries())
        .noneMatch(entry -> !entry.isCommitted() && entry.ended() < latestBegin);
    ledger.entries().stream().filter(entry -> !entry.isCommitted()).forEach(Entry::isLost);
  }

  private void groups() {
    Set<String> names = new TreeSet<>();
    ledger.groups().keySet().forEach(by -> names.add(by.group()));
    assertThat(engine.groups().names()).isSubsetOf(names);
    ledger
        .groups()
        .forEach(
            (by, group) -> {
              if (engine.groups().find(by.group(), by.topic()).isPresent()) {
                ledger.group(by, new Group(group.start(), Certainty.CERTAIN));
                offsets(by, group);
              } else {
                assertThat(group.certainty()).as("missing %s", by).isNotEqualTo(CERTAIN);
                ledger.noGroup(by);
              }
            });
  }

  private void offsets(Membership by, Group group) {
    long[] expected = group.start().stream().mapToLong(Long::longValue).toArray();
    List<String> blocking = new ArrayList<>();
    for (Entry entry : ledger.entries()) {
      for (Acknowledged ack : entry.acknowledged()) {
        if (ack.by().equals(by) && entry.isCommitted()) {
          expected[ack.partition()] = Math.max(expected[ack.partition()], ack.to());
        }
      }
      if (entry.is(State.UNDECIDED)
          && entry.acknowledged().stream().anyMatch(ack -> ack.by().equals(by))) {
        blocking.add(entry.id().toString());
      }
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(info(by).committed(i)).as("%s, partition %s", by, i).hasValue(expected[i]);
    }
    assertThat(info(by).blockedBy()).containsExactlyInAnyOrderElementsOf(blocking);
  }

  private void undecided() {
    Map<BranchId, Entry> entries = new HashMap<>();
    ledger.entries().forEach(entry -> entries.put(entry.id(), entry));
    assertThat(entries.keySet()).containsAll(undecided.keySet());
    assertThat(entries.keySet()).containsAll(heuristics.keySet());
    assertThat(engine.transactions().inDoubt()).hasSize(undecided.size() + heuristics.size());
    for (Undecided branch : undecided.values()) {
      Entry entry = entries.get(branch.id());
      assertThat(branch.note()).isEqualTo(entry.note());
      assertThat(engine.log().find(branch.id()).map(Branch::state)).contains(Branch.State.PREPARED);
      InDoubt view = engine.transactions().find(branch.id().toString()).orElseThrow();
      Map<String, Integer> byTopic = new HashMap<>();
      entry.sent().forEach(message -> byTopic.merge(message.topic(), 1, Integer::sum));
      assertThat(view.messagesByTopic()).isEqualTo(byTopic);
      entry.acknowledged().forEach(ack -> fenceHolds(entry, ack));
    }
  }

  private void fenceHolds(Entry entry, Acknowledged ack) {
    Membership by = ack.by();
    try (Subscription member = work.join(by.group(), by.topic(), StartFrom.EARLIEST)) {
      assertThat(fetch(member)).noneMatch(delivery -> delivery.partition() == ack.partition());
      Branch other = engine.log().begin();
      other.acknowledge(
          by.group(), by.topic(), ack.partition(), ack.from(), ack.to(), member.memberEpoch());
      assertThatThrownBy(other::commitOnePhase)
          .isInstanceOf(TransactionRolledBackException.class)
          .hasMessageContaining(entry.id().toString());
    }
  }
}
