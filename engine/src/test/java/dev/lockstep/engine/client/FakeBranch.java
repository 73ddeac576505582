package dev.lockstep.engine.client;

import dev.lockstep.MessageId;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Forcing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A branch of {@link FakeLog}, whose monitor guards it. */
final class FakeBranch implements Branch {
  /** A range of offsets, and the member that acknowledged it. */
  record Range(long from, long to, long epoch) {}

  /** A message that was parked. */
  record Parked(long offset, Instant until, int attempt, long epoch) {}

  final Map<FakeLog.Place, Parked> parks = new LinkedHashMap<>();
  final Map<MessageId, Envelope> sends = new LinkedHashMap<>();
  final Map<FakeLog.Place, Range> ranges = new LinkedHashMap<>();
  private final FakeLog log;
  private final BranchId id;
  private final List<Consumer<Outcome>> callbacks = new ArrayList<>();
  private final List<Runnable> undo = new ArrayList<>();
  private State state = State.ACTIVE;
  private String reason = "";

  FakeBranch(FakeLog log, BranchId id) {
    this.log = log;
    this.id = id;
  }

  @Override
  public BranchId id() {
    return id;
  }

  @Override
  public State state() {
    synchronized (log) {
      return state;
    }
  }

  @Override
  public boolean isEmpty() {
    return sends.isEmpty() && ranges.isEmpty();
  }

  @Override
  public MessageId append(Envelope message) {
    synchronized (log) {
      requireActive();
      MessageId message0 = log.nextMessageId();
      sends.put(message0, message);
      return message0;
    }
  }

  @Override
  public void acknowledge(
      String group, String topic, int partition, long fromOffset, long toOffset, long epoch) {
    synchronized (log) {
      requireActive();
      FakeLog.Place place = new FakeLog.Place(group, topic, partition);
      Range before = ranges.getOrDefault(place, new Range(fromOffset, fromOffset, epoch));
      if (before.to != fromOffset) {
        throw new AssertionError(place + ": " + fromOffset + " does not follow " + before);
      }
      ranges.put(place, new Range(before.from, toOffset, epoch));
    }
  }

  @Override
  public void park(
      String group,
      String topic,
      int partition,
      long offset,
      Instant until,
      int attempt,
      long epoch) {
    synchronized (log) {
      requireActive();
      FakeLog.Place place = new FakeLog.Place(group, topic, partition);
      parks.put(place, new Parked(offset, until, attempt, epoch));
      Range before = ranges.remove(place);
      if (before.from < offset) {
        ranges.put(place, new Range(before.from, offset, epoch));
      }
    }
  }

  private void requireActive() {
    if (state == State.ROLLBACK_ONLY) {
      throw new TransactionRolledBackException(id + " can't commit: " + reason);
    }
    if (state != State.ACTIVE) {
      throw new IllegalStateException(id + " is " + state);
    }
  }

  /** What there was at a moment. */
  private record Mark(
      Map<FakeLog.Place, Parked> parks,
      Map<MessageId, Envelope> sends,
      Map<FakeLog.Place, Range> ranges,
      int undo)
      implements Savepoint {}

  @Override
  public Savepoint savepoint() {
    synchronized (log) {
      requireActive();
      return new Mark(
          new LinkedHashMap<>(parks),
          new LinkedHashMap<>(sends),
          new LinkedHashMap<>(ranges),
          undo.size());
    }
  }

  @Override
  public void rollbackTo(Savepoint savepoint) {
    List<Runnable> undone;
    synchronized (log) {
      requireActive();
      Mark mark = (Mark) savepoint;
      replace(parks, mark.parks);
      replace(sends, mark.sends);
      replace(ranges, mark.ranges);
      List<Runnable> since = undo.subList(mark.undo, undo.size());
      undone = new ArrayList<>(since);
      since.clear();
    }
    Collections.reverse(undone);
    undone.forEach(Runnable::run);
  }

  private static <K, V> void replace(Map<K, V> map, Map<K, V> by) {
    map.clear();
    map.putAll(by);
  }

  @Override
  public void onRollbackTo(Runnable callback) {
    synchronized (log) {
      undo.add(callback);
    }
  }

  @Override
  public void expireAt(Instant deadline) {
    throw new UnsupportedOperationException("not of interest here");
  }

  @Override
  public void markRollbackOnly(String why) {
    synchronized (log) {
      if (state != State.ACTIVE) {
        throw new IllegalStateException(id + " is " + state);
      }
      state = State.ROLLBACK_ONLY;
      reason = why;
    }
  }

  @Override
  public Vote prepare(Decider decider, byte[] note, Forcing forcing) {
    Optional<RuntimeException> refused;
    synchronized (log) {
      refused = refusal();
      if (refused.isEmpty()) {
        state = State.PREPARED;
        ranges.keySet().forEach(place -> log.fences.put(place, this));
      }
    }
    refused.ifPresent(this::rollBackAndThrow);
    return Vote.PREPARED;
  }

  @Override
  public void commitOnePhase() {
    Optional<RuntimeException> refused;
    synchronized (log) {
      refused = log.nextCommit.or(this::refusal);
      log.nextCommit = Optional.empty();
      if (refused.isEmpty()) {
        apply();
      }
    }
    refused.ifPresent(this::rollBackAndThrow);
    tell(Outcome.COMMITTED);
  }

  private void rollBackAndThrow(RuntimeException why) {
    rollback();
    throw why;
  }

  private Optional<RuntimeException> refusal() {
    if (state != State.ACTIVE) {
      return Optional.of(new TransactionRolledBackException(id + " is " + state + ": " + reason));
    }
    for (Map.Entry<FakeLog.Place, Range> entry : ranges.entrySet()) {
      FakeLog.Place place = entry.getKey();
      boolean owned =
          log.members.stream()
              .anyMatch(member -> member.isMember(place) && member.epoch == entry.getValue().epoch);
      if (!owned
          || log.fences.containsKey(place)
          || log.acknowledged.getOrDefault(place, 0L) != entry.getValue().from) {
        return Optional.of(
            new TransactionRolledBackException(
                id + ": " + entry.getValue() + " of " + place + " is not current"));
      }
    }
    return Optional.empty();
  }

  void commitPrepared() {
    synchronized (log) {
      if (state != State.PREPARED) {
        throw new IllegalStateException(id + " is " + state);
      }
      apply();
    }
    tell(Outcome.COMMITTED);
  }

  private void apply() {
    state = State.COMMITTED;
    ranges.forEach((place, range) -> log.acknowledged.put(place, range.to));
    sends.forEach((message, envelope) -> log.show(message, log.partitionOf(envelope), envelope));
    log.commits.add(this);
    end();
  }

  @Override
  public void rollback() {
    Optional<RuntimeException> failure;
    synchronized (log) {
      if (state == State.COMMITTED) {
        throw new IllegalStateException(id + " is committed");
      }
      if (state == State.ROLLED_BACK) {
        return;
      }
      failure = log.nextRollback;
      log.nextRollback = Optional.empty();
      state = State.ROLLED_BACK;
      end();
    }
    tell(Outcome.ROLLED_BACK);
    failure.ifPresent(
        e -> {
          throw e;
        });
  }

  private void end() {
    log.branches.remove(id);
    log.fences.values().remove(this);
    log.notifyAll();
  }

  @Override
  public void onCompletion(Consumer<Outcome> callback) {
    synchronized (log) {
      if (state != State.COMMITTED && state != State.ROLLED_BACK) {
        callbacks.add(callback);
        return;
      }
    }
    callback.accept(state() == State.COMMITTED ? Outcome.COMMITTED : Outcome.ROLLED_BACK);
  }

  private void tell(Outcome outcome) {
    List.copyOf(callbacks).forEach(callback -> callback.accept(outcome));
  }
}
