package dev.lockstep.engine.client;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Groups;
import dev.lockstep.Message;
import dev.lockstep.WakeupException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages from a subscription and acknowledges them in the thread's transaction, or keeps
 * what it took for {@link #commit()}.
 *
 * <p><b>Positions.</b> They run ahead of the acknowledged offsets by exactly what one transaction,
 * or the polls since the last {@link #commit()}, have taken. So there is one of these at a time;
 * and whenever what was taken is given up, by a rollback or by a failure in the middle of a poll,
 * the positions go back to the acknowledged offsets.
 *
 * <p><b>Failed polls.</b> Messages of a poll that fails after its fetch, above all by {@link
 * dev.lockstep.DecodeException}, are not acknowledged, and its transaction is marked rollback-only:
 * earlier polls may have acknowledged in it, but after the failure the positions have gone back
 * behind those.
 *
 * <p>{@link #close()} may be called beside a poll of another thread: it wakes the poll, which then
 * leaves the group on its own thread.
 */
final class GroupConsumer<T> implements Consumer<T> {
  private final ConsumerConfig<T> config;
  private final String what;
  private final Decoder<T> decoder;
  private final Subscription subscription;
  private final Groups groups;
  private final CurrentTransaction transactions;
  private final Access access;

  /** The transaction that the consumer takes part in; none again when its outcome is known. */
  private final AtomicReference<@Nullable Participation> participation = new AtomicReference<>();

  /** What the polls outside transactions have taken since the last commit. */
  private final Taken uncommitted = new Taken();

  /** The positions have gone back behind what is uncommitted, which the next poll takes again. */
  private boolean wentBack;

  GroupConsumer(
      ConsumerConfig<T> config,
      Decoder<T> decoder,
      Subscription subscription,
      Groups groups,
      CurrentTransaction transactions,
      java.util.function.Consumer<Consumer<?>> onLeave) {
    this.config = config;
    this.what = "'" + config.topic() + "' by group '" + config.group() + "'";
    this.decoder = decoder;
    this.subscription = subscription;
    this.groups = groups;
    this.transactions = transactions;
    this.access =
        new Access(
            what,
            () -> {
              onLeave.accept(this);
              subscription.close();
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
        "committed offset",
        () ->
            groups
                .find(config.group(), config.topic())
                .map(info -> info.committed(partition))
                .orElse(OptionalLong.empty()));
  }

  @Override
  public List<Message<T>> poll(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException(
          "poll of " + what + ": the timeout " + timeout + " is negative");
    }
    return access.alone("poll", () -> pollAlone(timeout));
  }

  private List<Message<T>> pollAlone(Duration timeout) {
    Optional<Branch> branch = transactions.forCall("poll of " + what);
    requireNoOtherTransaction(branch);
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
    if (branch.isPresent() && !uncommitted.isEmpty() && !wentBack) {
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
    List<Delivery> deliveries = subscription.fetch(config.maxPollMessages(), timeout);
    if (wentBack && !deliveries.isEmpty()) {
      uncommitted.clear();
      wentBack = false;
    }
    return deliveries;
  }

  private List<Message<T>> pollIn(Branch branch, Duration timeout) {
    List<Delivery> deliveries = fetch(timeout);
    if (deliveries.isEmpty()) {
      return List.of();
    }
    try {
      List<Message<T>> messages = decoder.decode(deliveries);
      Taken taken = Taken.of(deliveries, subscription.memberEpoch());
      participate(branch).add(taken, what);
      taken.acknowledge(branch, group(), topic());
      return messages;
    } catch (RuntimeException | Error failure) {
      goBack(failure);
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
            subscription.rewind();
          }
        });
    return joined;
  }

  private void goBack(Throwable failure) {
    try {
      subscription.rewind();
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
    try {
      List<Message<T>> messages = decoder.decode(deliveries);
      uncommitted.add(Taken.of(deliveries, subscription.memberEpoch()));
      return messages;
    } catch (RuntimeException | Error failure) {
      // What earlier polls returned can still be committed, until it is taken again.
      goBack(failure);
      wentBack = true;
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
    try {
      transactions.inOwn(
          branch -> {
            uncommitted.acknowledge(branch, group(), topic());
            return branch;
          });
    } catch (RuntimeException | Error failure) {
      goBack(failure);
      throw failure;
    } finally {
      uncommitted.clear();
    }
    if (wentBack) {
      subscription.rewind();
      wentBack = false;
    }
  }

  @Override
  public void wakeup() {
    subscription.wakeup();
  }

  @Override
  public void close() {
    access.close(subscription::wakeup);
  }
}
