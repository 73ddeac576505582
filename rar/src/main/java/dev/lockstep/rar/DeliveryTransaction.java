package dev.lockstep.rar;

import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.SubscriptionConfig;
import dev.lockstep.xa.BranchResource;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationTargetException;
import java.util.Optional;

/**
 * Hands one message at a time to a bean, in a transaction of the container that the log takes part
 * in. For one thread.
 */
final class DeliveryTransaction implements AutoCloseable {
  private static final Logger LOGGER = System.getLogger(DeliveryTransaction.class.getName());

  private final ListenerMethod listener;
  private final MessageEndpointFactory bean;
  private final OpenLog log;
  private final BranchResource resource;
  private Optional<MessageEndpoint> endpoint = Optional.empty();

  DeliveryTransaction(ListenerMethod listener, MessageEndpointFactory bean, OpenLog log) {
    this.listener = listener;
    this.bean = bean;
    this.log = log;
    this.resource = log.resource();
  }

  /** What became of an attempt. */
  @FunctionalInterface
  interface Result {
    void act(Member member, Delivery delivery);
  }

  /**
   * Has the bean handle a message.
   *
   * @throws ResourceException if the container takes no message now
   */
  Result attempt(Delivery delivery, Object argument, long memberEpoch) throws ResourceException {
    MessageEndpoint target = endpoint();
    begin(target);
    // If the container could not enlist the resource, it still has the branch before this one.
    Optional<Branch> branch =
        resource.branch().filter(begun -> begun.state() == Branch.State.ACTIVE);
    Optional<Throwable> failure =
        branch.isPresent()
            ? call(target, delivery, argument, memberEpoch)
            : Optional.of(
                new TransactionRolledBackException(
                    "the container could not enlist the log in the transaction of a delivery"));
    failure.ifPresent(this::refuseCommit);
    try {
      target.afterDelivery();
    } catch (ResourceException | RuntimeException e) {
      failure = Optional.of(failure.orElse(e));
    }
    failure.ifPresent(e -> close());
    return result(branch.map(Branch::state).orElse(Branch.State.ROLLED_BACK), failure);
  }

  private MessageEndpoint endpoint() throws ResourceException {
    if (endpoint.isEmpty()) {
      endpoint = Optional.of(bean.createEndpoint(resource));
    }
    return endpoint.get();
  }

  private void begin(MessageEndpoint target) throws ResourceException {
    try {
      target.beforeDelivery(listener.method());
    } catch (NoSuchMethodException e) {
      throw new ResourceException("the container does not know " + listener.method(), e);
    } catch (ResourceException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private Optional<Throwable> call(
      MessageEndpoint target, Delivery delivery, Object argument, long memberEpoch) {
    try {
      acknowledge(log.enter(resource), listener, delivery, memberEpoch);
      listener.method().invoke(target, argument);
      return Optional.empty();
    } catch (InvocationTargetException e) {
      return Optional.of(Optional.ofNullable(e.getCause()).orElse(e));
    } catch (IllegalAccessException | RuntimeException e) {
      return Optional.of(e);
    }
  }

  static void acknowledge(
      Branch branch, ListenerMethod listener, Delivery delivery, long memberEpoch) {
    SubscriptionConfig reads = listener.subscription();
    branch.acknowledge(
        reads.group(),
        reads.topic(),
        delivery.partition(),
        delivery.coversFrom(),
        delivery.offset() + 1,
        memberEpoch);
  }

  /** The container itself rolls back for some exceptions only. */
  private void refuseCommit(Throwable failure) {
    try {
      log.registry().setRollbackOnly();
    } catch (IllegalStateException e) {
      failure.addSuppressed(e); // there is nothing to refuse any more
    }
  }

  private Result result(Branch.State state, Optional<Throwable> failure) {
    return switch (state) {
      case COMMITTED, HEURISTIC_COMMIT -> {
        failure.ifPresent(
            e ->
                LOGGER.log(
                    Level.WARNING,
                    "LSTP-0806: a message is handled and committed, but " + listener + " failed",
                    e));
        yield (member, delivery) -> {};
      }
      case PREPARED -> (member, delivery) -> member.undecided();
      case ACTIVE, ROLLBACK_ONLY, ROLLED_BACK, HEURISTIC_ROLLBACK -> {
        Throwable reason = failure.orElseGet(DeliveryTransaction::rolledBack);
        yield (member, delivery) -> member.failed(delivery, reason);
      }
    };
  }

  private static Throwable rolledBack() {
    return new TransactionRolledBackException(
        "the transaction was rolled back: the bean asked for that, or its time was over");
  }

  /** Gives the bean's endpoint back; the next attempt gets a new one. */
  @Override
  public void close() {
    endpoint.ifPresent(MessageEndpoint::release);
    endpoint = Optional.empty();
  }
}
