package dev.lockstep.rar;

import dev.lockstep.ClosedException;
import dev.lockstep.LockstepException;
import dev.lockstep.PollInterruptedException;
import dev.lockstep.WakeupException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import jakarta.resource.spi.work.HintsContext;
import jakarta.resource.spi.work.Work;
import jakarta.resource.spi.work.WorkContext;
import jakarta.resource.spi.work.WorkContextProvider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One thread that feeds a listener, as a member of its group: fetches a message, outside a
 * transaction, and has it handled in one. Afterwards, and in a transaction of the log alone, what
 * failed is parked or becomes a dead letter.
 */
@SuppressWarnings("serial") // WorkContextProvider is serializable; this is not, and runs here only
final class Member implements Work, WorkContextProvider {
  private static final Logger LOGGER = System.getLogger(Member.class.getName());
  private static final Duration FETCH = Duration.ofSeconds(10);
  private static final Duration TROUBLE = Duration.ofSeconds(5);
  private static final Duration NOT_READY = Duration.ofMillis(200);

  private final ListenerMethod listener;
  private final OpenLog log;
  private final Subscription subscription;
  private final DeliveryTransaction transaction;
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** Joins the group. */
  Member(ListenerMethod listener, MessageEndpointFactory bean, OpenLog log) {
    this.listener = listener;
    this.log = log;
    this.subscription = log.log().subscribe(listener.subscription());
    this.transaction = new DeliveryTransaction(listener, bean, log);
  }

  /** It needs a thread for as long as the bean is deployed. */
  @Override
  public List<WorkContext> getWorkContexts() {
    HintsContext hints = new HintsContext();
    hints.setName("lockstep");
    hints.setHint(HintsContext.LONGRUNNING_HINT, true);
    return List.of(hints);
  }

  @Override
  public void run() {
    started.countDown();
    try {
      while (!isStopping()) {
        step();
      }
    } catch (Error e) {
      LOGGER.log(
          Level.ERROR,
          "LSTP-0807: " + this + " takes no more messages on this thread; redeploy its bean",
          e);
      throw e;
    } finally {
      transaction.close();
      abandon();
    }
  }

  private void step() {
    try {
      for (Delivery delivery : subscription.fetch(1, FETCH)) {
        deliver(delivery);
      }
    } catch (WakeupException e) {
      LOGGER.log(Level.DEBUG, "{0} is woken", this);
    } catch (PollInterruptedException e) {
      // Nobody interrupts this thread to stop it; for that there is release().
      boolean cleared = Thread.interrupted();
      LOGGER.log(Level.DEBUG, "{0} was interrupted, which is {1} no more", this, cleared);
    } catch (ClosedException e) {
      release();
    } catch (RuntimeException e) {
      LOGGER.log(
          Level.WARNING,
          "LSTP-0802: " + this + " can't go on, and tries again in " + TROUBLE.toSeconds() + " s",
          e);
      pause(TROUBLE);
    }
  }

  private void deliver(Delivery delivery) {
    Object argument;
    try {
      argument = listener.argument(delivery);
    } catch (RuntimeException | StackOverflowError e) {
      discard(delivery, 0, e);
      return;
    }
    try {
      transaction.attempt(delivery, argument, subscription.memberEpoch()).act(this, delivery);
    } catch (ResourceException e) {
      // The bean is not there yet, or not any more: not the message's fault.
      LOGGER.log(Level.DEBUG, "the container does not take messages for " + this, e);
      subscription.rewind();
      pause(NOT_READY);
    }
  }

  /** Nobody knows yet; the message comes again if the transaction rolls back. */
  void undecided() {
    subscription.rewind();
  }

  void failed(Delivery delivery, Throwable failure) {
    int attempt = delivery.attempt();
    Optional<Duration> wait =
        listener.retries().after(attempt, failure, () -> ThreadLocalRandom.current().nextDouble());
    if (wait.isEmpty()) {
      discard(delivery, attempt, failure);
      return;
    }
    LOGGER.log(
        Level.WARNING,
        "LSTP-0803: attempt "
            + attempt
            + " of "
            + listener.retries().attempts()
            + " to handle offset "
            + delivery.offset()
            + " of partition "
            + delivery.partition()
            + " failed in "
            + this
            + "; the next is in "
            + wait.get().toMillis()
            + " ms",
        failure);
    park(delivery, wait.get());
  }

  private void park(Delivery delivery, Duration wait) {
    inOwnTransaction(
        branch ->
            branch.park(
                listener.subscription().group(),
                listener.subscription().topic(),
                delivery.partition(),
                delivery.offset(),
                Instant.now().plus(wait),
                delivery.attempt(),
                subscription.memberEpoch()));
  }

  private void discard(Delivery delivery, int attempts, Throwable failure) {
    String topic = listener.deadLetterTopic();
    try {
      inOwnTransaction(
          branch -> {
            branch.append(DeadLetters.of(delivery, topic, attempts, failure));
            DeliveryTransaction.acknowledge(branch, listener, delivery, subscription.memberEpoch());
          });
    } catch (LockstepException e) {
      if (e.isRetriable()) {
        throw e;
      }
      LOGGER.log(
          Level.ERROR,
          "LSTP-0804: offset "
              + delivery.offset()
              + " of partition "
              + delivery.partition()
              + " can't be moved to '"
              + topic
              + "' by "
              + this
              + "; it is tried again in "
              + listener.retries().max().toSeconds()
              + " s",
          e);
      park(delivery, listener.retries().max());
      return;
    }
    LOGGER.log(
        Level.ERROR,
        "LSTP-0805: offset "
            + delivery.offset()
            + " of partition "
            + delivery.partition()
            + " is now in '"
            + topic
            + "', after "
            + attempts
            + " attempts in "
            + this,
        failure);
  }

  /** The message stays with this member until then, so that nobody else takes it meanwhile. */
  private void inOwnTransaction(Consumer<Branch> work) {
    Branch branch = log.log().begin();
    try {
      work.accept(branch);
      branch.commitOnePhase();
    } catch (RuntimeException e) {
      giveBack(branch, e);
      throw e;
    }
  }

  private void giveBack(Branch branch, RuntimeException failure) {
    try {
      if (branch.state() != Branch.State.COMMITTED) {
        branch.rollback();
      }
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private boolean isStopping() {
    return stop.getCount() == 0;
  }

  private void pause(Duration time) {
    try {
      if (stop.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
        LOGGER.log(Level.DEBUG, "{0} stops", this);
      }
    } catch (InterruptedException e) {
      LOGGER.log(Level.DEBUG, "{0} is interrupted while it waits", this);
    }
  }

  /** Takes no more messages. */
  @Override
  public void release() {
    stop.countDown();
    subscription.wakeup();
  }

  /** Leaves the group; there will be no thread, or there is none any more. */
  void abandon() {
    try {
      subscription.close();
    } finally {
      stopped.countDown();
    }
  }

  boolean awaitStarted(Duration patience) {
    return await(started, patience);
  }

  boolean awaitStopped(Duration patience) {
    return await(stopped, patience);
  }

  private static boolean await(CountDownLatch latch, Duration patience) {
    try {
      return latch.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public String toString() {
    return listener.toString();
  }
}
