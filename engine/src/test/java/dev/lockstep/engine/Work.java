package dev.lockstep.engine;

import dev.lockstep.Headers;
import dev.lockstep.LockstepException;
import dev.lockstep.MessageId;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions.Resolve;
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
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Works with a log, and enters into a ledger what it asked for and what it was told. Thread-safe;
 * each transaction is for one thread.
 */
final class Work {
  static final String REASON = "the manager's disk is löst, ticket 4711";

  private final Engine engine;
  private final Ledger ledger;

  Work(Engine engine, Ledger ledger) {
    this.engine = engine;
    this.ledger = ledger;
  }

  Engine engine() {
    return engine;
  }

  Ledger ledger() {
    return ledger;
  }

  void createTopic(String name, int partitions) {
    createTopic(TopicConfig.of(name).partitions(partitions));
  }

  void createTopic(TopicConfig config) {
    String name = config.name();
    int partitions = config.partitions();
    ledger.topic(name, new Topic(partitions, Certainty.UNKNOWN));
    attempt(
        () -> engine.topics().create(config),
        () -> ledger.topic(name, new Topic(partitions, Certainty.CERTAIN)),
        () -> ledger.noTopic(name));
  }

  Subscription join(String group, String topic, StartFrom start) {
    Membership by = new Membership(group, topic);
    Group known = ledger.groups().get(by);
    if (known != null && known.certainty() == Certainty.CERTAIN) {
      return engine.log().subscribe(group, topic, start);
    }
    List<Long> offsets = start == StartFrom.LATEST ? ends(topic) : noOffsets(topic);
    ledger.group(by, new Group(offsets, Certainty.UNKNOWN));
    Subscription[] joined = new Subscription[1];
    attempt(
        () -> joined[0] = engine.log().subscribe(group, topic, start),
        () -> ledger.group(by, new Group(offsets, Certainty.CERTAIN)),
        () -> ledger.noGroup(by));
    return joined[0];
  }

  private List<Long> ends(String topic) {
    return IntStream.range(0, ledger.topics().get(topic).partitions())
        .mapToObj(p -> engine.topics().find(topic).orElseThrow().endOffset(p))
        .toList();
  }

  private List<Long> noOffsets(String topic) {
    return ends(topic).stream().map(end -> 0L).toList();
  }

  Transaction begin() {
    Entry entry = ledger.open();
    return new Transaction(engine.log().begin(entry.id()), entry);
  }

  /** The transaction of an entry that was found undecided. */
  Transaction recovered(Entry entry) {
    return new Transaction(engine.log().find(entry.id()).orElseThrow(), entry);
  }

  /** One transaction that sends one message, and commits. */
  void send(String topic, String key) {
    Transaction transaction = begin();
    transaction.send(topic, key, 100);
    transaction.commitOnePhase();
  }

  /** Writes a checkpoint and gives room back; what is known now is durable then. */
  void upkeep() {
    engine.reclaimNow();
    ledger.isDurable();
  }

  /** Runs a call, and what follows from its outcome unless that is unknown. */
  private static void attempt(Runnable call, Runnable certainly, Runnable certainlyNot) {
    try {
      call.run();
    } catch (OutcomeUnknownException e) {
      throw e;
    } catch (LockstepException e) {
      certainlyNot.run();
      throw e;
    }
    certainly.run();
  }

  static byte[] payload(MessageSeed seed, int size) {
    StringBuilder text = new StringBuilder(seed.text());
    while (text.length() < size) {
      text.append('.').append(text.length());
    }
    return text.substring(0, Math.max(size, seed.text().length())).getBytes(StandardCharsets.UTF_8);
  }

  /** What makes a payload one of its kind. */
  record MessageSeed(String text) {}

  /** A savepoint, and how much was sent and taken before it. */
  record Moment(Branch.Savepoint savepoint, int sent, int taken) {}

  /** A branch and its entry. */
  final class Transaction {
    private final Branch branch;
    private final Entry entry;

    private Transaction(Branch branch, Entry entry) {
      this.branch = branch;
      this.entry = entry;
    }

    Entry entry() {
      return entry;
    }

    void send(String topic, String key, int size) {
      byte[] payload =
          payload(new MessageSeed(entry.id() + "/" + entry.sent().size() + "/" + topic), size);
      byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
      MessageId id =
          branch.append(new Envelope(topic, Optional.of(keyBytes), payload, Headers.empty()));
      entry.sent().add(new Sent(id, topic, key, payload));
    }

    /** Fetches what is there, and acknowledges it; says how many messages that were. */
    int take(Subscription member, Membership by, int max) {
      List<Delivery> deliveries = member.fetch(max, Duration.ZERO);
      Map<Integer, List<Delivery>> byPartition =
          deliveries.stream()
              .collect(
                  Collectors.groupingBy(Delivery::partition, TreeMap::new, Collectors.toList()));
      byPartition.forEach(
          (partition, some) -> {
            long from = some.get(0).coversFrom();
            long to = some.get(some.size() - 1).offset() + 1;
            branch.acknowledge(by.group(), by.topic(), partition, from, to, member.memberEpoch());
            entry.acknowledged().add(new Acknowledged(by, partition, from, to));
          });
      return deliveries.size();
    }

    Moment savepoint() {
      return new Moment(branch.savepoint(), entry.sent().size(), entry.acknowledged().size());
    }

    void rollbackTo(Moment moment) {
      branch.rollbackTo(moment.savepoint());
      entry.sent().subList(moment.sent(), entry.sent().size()).clear();
      entry.acknowledged().subList(moment.taken(), entry.acknowledged().size()).clear();
    }

    void commitOnePhase() {
      entry.may(State.NOTHING, State.COMMITTED);
      ledger.begins(entry);
      attempt(branch::commitOnePhase, this::committed, () -> entry.may(State.NOTHING));
    }

    void prepare() {
      entry.may(State.NOTHING, State.UNDECIDED);
      attempt(
          () -> branch.prepare(Decider.TRANSACTION_MANAGER, entry.note()),
          () -> entry.may(State.UNDECIDED),
          () -> entry.may(State.NOTHING));
    }

    void commit() {
      entry.may(State.UNDECIDED, State.COMMITTED);
      ledger.begins(entry);
      attempt(
          () -> engine.log().commit(entry.id()), this::committed, () -> entry.may(State.UNDECIDED));
    }

    /** Decides it by hand, against all proof. */
    void resolve(Outcome outcome) {
      boolean commit = outcome == Outcome.COMMITTED;
      State state = commit ? State.COMMITTED_BY_HAND : State.NOTHING_BY_HAND;
      entry.may(State.UNDECIDED, state);
      if (commit) {
        ledger.begins(entry);
      }
      String id = entry.id().toString();
      attempt(
          () -> {
            if (commit) {
              engine.transactions().commit(id, REASON, Resolve.FORCED);
            } else {
              engine.transactions().rollback(id, REASON, Resolve.FORCED);
            }
          },
          () -> {
            if (commit) {
              ledger.ends(entry);
            }
            entry.may(state);
          },
          () -> entry.may(State.UNDECIDED));
    }

    /** Forgets that it was decided by hand, as a manager does or by hand. */
    void forget(boolean byHand) {
      State byHandState = entry.isCommitted() ? State.COMMITTED_BY_HAND : State.NOTHING_BY_HAND;
      State forgotten = entry.isCommitted() ? State.COMMITTED : State.NOTHING;
      entry.may(byHandState, forgotten);
      attempt(
          () -> {
            if (byHand) {
              engine.transactions().forget(entry.id().toString(), REASON);
            } else {
              engine.log().forget(entry.id());
            }
          },
          () -> entry.may(forgotten),
          () -> entry.may(byHandState));
    }

    private void committed() {
      ledger.ends(entry);
      entry.may(State.COMMITTED);
    }

    /** Rolls back, whether it is prepared or not. */
    void rollback() {
      boolean prepared = entry.is(State.UNDECIDED);
      if (prepared) {
        entry.may(State.UNDECIDED, State.NOTHING);
      }
      attempt(
          () -> engine.log().rollback(entry.id()),
          () -> entry.may(State.NOTHING),
          () -> entry.may(prepared ? State.UNDECIDED : State.NOTHING));
    }
  }
}
