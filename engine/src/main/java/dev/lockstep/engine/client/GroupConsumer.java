package dev.lockstep.engine.client;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Message;
import dev.lockstep.WakeupException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages from a subscription and acknowledges them in the thread's transaction, or keeps
 * what it took for {@link #commit()}.
 *
 * <p><b>Positions.</b> They run ahead of the acknowledged offsets by exactly what one transaction,
 * or the polls since the last {@link #commit()}, have taken. So there is one of these at a time;
 * and whenever what was taken is given up, by a rollback or by a failure in the middle of a poll,
 * it is given back, and nothing else: another transaction in doubt, or earlier polls, may have
 * some.
 *
 * <p><b>Failed polls.</b> Messages of a poll that fails after its fetch, above all by {@link
 * dev.lockstep.DecodeException}, are not acknowledged, and its transaction is marked rollback-only.
 * Outside a transaction, what earlier polls returned can still be committed.
 *
 * <p>{@link #close()} may be called beside a poll of another thread: it wakes the poll, which then
 * leaves the group on its own thread.
 */
final class GroupConsumer<T> implements Consumer<T> {
  private final ConsumerConfig<T> config;
  private final String what;
  private final Decoder<T> decoder;
  private final Subscription subscription;
  private final Places places;
  private final CurrentTransaction transactions;
  private final Rebalances rebalances;
  private final Access access;

  /** The transaction that the consumer takes part in; none again when its outcome is known. */
  private final AtomicReference<@Nullable Participation> participation = new AtomicReference<>();

  /** What the polls outside transactions have taken since the last commit. */
  private final Taken uncommitted = new Taken();

  GroupConsumer(
      ConsumerConfig<T> config,
      Decoder<T> decoder,
      Subscription subscription,
      Places places,
      CurrentTransaction transactions,
      java.util.function.Consumer<Consumer<?>> onLeave) {
    this.config = config;
    this.what = "'" + config.topic() + "' by group '" + config.group() + "'";
    this.decoder = decoder;
    this.subscription = subscription;
    this.places = places;
    this.transactions = transactions;
    this.rebalances = new Rebalances(config.rebalanceListener(), subscription);
    this.access =
        new Access(
            "consumer",
            what,
            () -> {
              onLeave.accept(this);
              leave();
            });
  }

  @Override
  public String group() {
    return config.group();
  }

  @Override
  public String topic() {
    return config.topic();
  }

  @Override
  public Set<Integer> assignment() {
    return access.alone("assignment", subscription::assignment);
  }

  @Override
  public long position(int partition) {
    return access.alone("position", () -> subscription.position(partition));
  }

  @Override
  public OptionalLong committed(int partition) {
    return access.alone(
        "committed offset", () -> OptionalLong.of(subscription.committed(partition)));
  }

  @Override
  public List<Message<T>> poll(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException(
          "poll of " + what + ": the timeout " + timeout + " is negative");
    }
    return access.outermost("poll", () -> pollAlone(timeout));
  }

  private List<Message<T>> pollAlone(Duration timeout) {
    Optional<Branch> branch = transactions.forCall("poll of " + what);
    requireNoOtherTransaction(branch);
    rebalances.tell();
    try {
      return branch.isPresent() ? pollIn(branch.get(), timeout) : pollOutside(timeout);
    } catch (WakeupException e) {
      access.requireOpen("poll");
      throw e;
    }
  }

  /**
   * While another transaction of this consumer is undecided, the positions are ahead by what that
   * one took: acknowledged from here on, those messages would be skipped, and the log would refuse
   * it. One that is prepared is different: its fate can be open for days, but the log holds its
   * partitions back itself.
   */
  private void requireNoOtherTransaction(Optional<Branch> branch) {
    Participation other = participation.get();
    if (other != null && !branch.map(other::isOf).orElse(false) && other.isUndecided()) {
      throw new IllegalStateException(
          "poll of "
              + what
              + branch.map(b -> " in transaction " + b.id()).orElse(" outside a transaction")
              + ", while its transaction "
              + other.branch().id()
              + " is undecided. Complete that one first, or use another consumer");
    }
    if (branch.isPresent() && !uncommitted.isEmpty()) {
      throw new IllegalStateException(
          "poll of "
              + what
              + " in transaction "
              + branch.get().id()
              + ", while messages polled outside a transaction are not acknowledged."
              + " Call commit() first");
    }
  }

  private List<Delivery> fetch(Duration timeout) {
    return subscription.fetch(config.maxPollMessages(), timeout);
  }

  private List<Message<T>> pollIn(Branch branch, Duration timeout) {
    List<Delivery> deliveries = fetch(timeout);
    if (deliveries.isEmpty()) {
      return List.of();
    }
    Taken taken = Taken.of(deliveries, subscription.memberEpoch());
    try {
      rebalances.tell();
      List<Message<T>> messages = decoder.decode(deliveries);
      Participation mine = participate(branch);
      mine.add(taken, what);
      taken.acknowledge(branch, group(), topic());
      branch.onRollbackTo(() -> takeBack(mine, taken));
      return messages;
    } catch (RuntimeException | Error failure) {
      giveBack(taken, failure);
      refuseCommit(branch, failure);
      throw failure;
    }
  }

  private Participation participate(Branch branch) {
    Participation current = participation.get();
    if (current != null && current.isOf(branch)) {
      return current;
    }
    Participation joined = new Participation(branch, new Taken());
    participation.set(joined);
    branch.onCompletion(
        outcome -> {
          participation.compareAndSet(joined, null);
          if (outcome == Branch.Outcome.ROLLED_BACK && !access.isClosed()) {
            joined.taken().giveBack(subscription);
          }
        });
    return joined;
  }

  /** What one poll took is not acknowledged any more, as if it had not been polled. */
  private void takeBack(Participation of, Taken polled) {
    of.taken().remove(polled);
    if (!access.isClosed()) { // else that comes with the end of the transaction
      polled.giveBack(subscription);
    }
  }

  private void giveBack(Taken taken, Throwable failure) {
    try {
      taken.giveBack(subscription);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private void refuseCommit(Branch branch, Throwable failure) {
    try {
      if (branch.state() == Branch.State.ACTIVE) {
        branch.markRollbackOnly("a poll of " + what + " failed: " + failure);
      }
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private List<Message<T>> pollOutside(Duration timeout) {
    List<Delivery> deliveries = fetch(timeout);
    Taken taken = Taken.of(deliveries, subscription.memberEpoch());
    try {
      rebalances.tell();
      List<Message<T>> messages = decoder.decode(deliveries);
      uncommitted.add(taken);
      return messages;
    } catch (RuntimeException | Error failure) {
      giveBack(taken, failure);
      throw failure;
    }
  }

  @Override
  public void commit() {
    access.alone(
        "commit",
        () -> {
          transactions.forCall("commit of " + what);
          if (!uncommitted.isEmpty()) {
            acknowledgeUncommitted();
          }
          return uncommitted;
        });
  }

  private void acknowledgeUncommitted() {
    finishUncommitted(branch -> uncommitted.acknowledge(branch, group(), topic()));
  }

  /** Does something with what was polled outside transactions, in a transaction of its own. */
  private void finishUncommitted(java.util.function.Consumer<Branch> work) {
    try {
      transactions.inOwn(
          branch -> {
            work.accept(branch);
            return branch;
          });
    } catch (RuntimeException | Error failure) {
      giveBack(uncommitted, failure);
      throw failure;
    } finally {
      uncommitted.clear();
    }
  }

  @Override
  public void park(Message<T> message, Instant until) {
    access.alone(
        "park",
        () -> {
          Optional<Branch> branch = transactions.forCall("park of a message of " + what);
          if (branch.isPresent()) {
            Participation current = participation.get();
            Taken taken =
                current != null && current.isOf(branch.get()) ? current.taken() : new Taken();
            long epoch = epochOf(message, taken);
            park(branch.get(), message, until, epoch);
          } else {
            long epoch = epochOf(message, uncommitted);
            finishUncommitted(
                own -> {
                  uncommitted.acknowledge(own, group(), topic());
                  park(own, message, until, epoch);
                });
          }
          return message;
        });
  }

  private void park(Branch branch, Message<T> message, Instant until, long epoch) {
    branch.park(
        group(), topic(), message.partition(), message.offset(), until, message.attempt(), epoch);
  }

  private long epochOf(Message<T> message, Taken taken) {
    return taken
        .epochOf(message.partition(), message.offset())
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "park of the message at offset "
                        + message.offset()
                        + " of "
                        + what
                        + ", partition "
                        + message.partition()
                        + ": this consumer has not polled it in this transaction, or since the"
                        + " last commit. Poll it first"));
  }

  @Override
  public void seek(int partition, long offset) {
    seek(assigned -> Map.of(partition, offset));
  }

  @Override
  public void seekToBeginning() {
    seek(assigned -> places.beginnings(assigned));
  }

  @Override
  public void seekToEnd() {
    seek(assigned -> places.ends(assigned));
  }

  @Override
  public void seekToTime(Instant time) {
    seek(assigned -> places.at(assigned, time));
  }

  private void seek(Function<Set<Integer>, Map<Integer, Long>> target) {
    access.alone(
        "seek",
        () -> {
          Participation current = participation.get();
          if (current != null && current.isUndecided()) {
            throw new IllegalStateException(
                "seek of "
                    + what
                    + ", while its transaction "
                    + current.branch().id()
                    + " is undecided. Complete that one first");
          }
          Map<Integer, Long> offsets = target.apply(subscription.assignment());
          if (!offsets.isEmpty()) {
            subscription.seek(offsets);
            uncommitted.remove(offsets.keySet());
          }
          return offsets;
        });
  }

  @Override
  public void pause(int... partitions) {
    Set<Integer> chosen = chosen("pause", partitions);
    access.alone(
        "pause",
        () -> {
          subscription.pause(chosen);
          return chosen;
        });
  }

  @Override
  public void resume(int... partitions) {
    Set<Integer> chosen = chosen("resume", partitions);
    access.alone(
        "resume",
        () -> {
          subscription.resume(chosen);
          return chosen;
        });
  }

  private Set<Integer> chosen(String call, int... partitions) {
    if (partitions.length == 0) {
      throw new IllegalArgumentException(
          call + " of " + what + " names no partition; assignment() has those of the consumer");
    }
    return Arrays.stream(partitions).boxed().collect(Collectors.toCollection(TreeSet::new));
  }

  @Override
  public Set<Integer> paused() {
    return access.alone("paused partitions", subscription::paused);
  }

  @Override
  public void wakeup() {
    subscription.wakeup();
  }

  @Override
  public void close() {
    access.close(subscription::wakeup);
  }

  /**
   * Leaves the group, but not before a transaction is over in which it has polled: what it took
   * there could not be committed any more.
   */
  private void leave() {
    try {
      rebalances.leave();
    } finally {
      Participation current = participation.get();
      if (current != null && current.isUndecided()) {
        current.branch().onCompletion(outcome -> subscription.close());
      } else {
        subscription.close();
      }
    }
  }
}
