package dev.lockstep.engine.client;

import static dev.lockstep.engine.client.ClientFixture.LONG;
import static dev.lockstep.engine.client.ClientFixture.NOW;
import static dev.lockstep.engine.client.ClientFixture.payloads;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.lockstep.ClosedException;
import dev.lockstep.Codec;
import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Headers;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.Message;
import dev.lockstep.OutsideTransaction;
import dev.lockstep.StartFrom;
import dev.lockstep.UnknownTopicException;
import dev.lockstep.WakeupException;
import java.lang.ref.WeakReference;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConsumerLifeTest {
  private final ClientFixture fixture = new ClientFixture(OutsideTransaction.OWN_TRANSACTION);
  private final FakeLog log = fixture.log;
  private final Client client = fixture.client;

  @Test
  void consumerNamesGroupAndTopic() {
    Consumer<String> billing = fixture.billing();

    assertThat(billing.group()).isEqualTo("billing");
    assertThat(billing.topic()).isEqualTo("orders");
  }

  @Test
  void consumerStartsWhereItIsTold() {
    fixture.sent("old");
    Consumer<String> late =
        client.consumer(
            ConsumerConfig.of("late", "orders", String.class).startFrom(StartFrom.LATEST));
    fixture.sent("new");

    assertThat(payloads(late.poll(NOW))).containsExactly("new");
  }

  @Test
  void unknownTopicAndTypeAreRefusedBeforeTheGroupIsJoined() {
    assertThatThrownBy(() -> client.consumer(ConsumerConfig.of("g", "order", String.class)))
        .isInstanceOf(UnknownTopicException.class)
        .hasMessageContaining("'order'");
    assertThatThrownBy(() -> client.consumer(ConsumerConfig.of("g", "orders", BigDecimal.class)))
        .isInstanceOf(InvalidConfigException.class);
    assertThat(log.members).isEmpty();
  }

  @Test
  void pollWaitsForAMessage() throws Exception {
    Consumer<String> billing = fixture.billing();
    CompletableFuture<List<Message<String>>> poll = inBackground(billing);

    fixture.sent("a");

    assertThat(payloads(poll.get())).containsExactly("a");
  }

  @Test
  void negativeTimeoutIsRefused() {
    Consumer<String> billing = fixture.billing();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> billing.poll(Duration.ofMillis(-1)))
        .withMessageContaining("PT-0.001S is negative");
  }

  @Test
  void wakeupEndsAPollThatWaitsAndTakesNothing() {
    Consumer<String> billing = fixture.billing();
    CompletableFuture<List<Message<String>>> poll = inBackground(billing);

    billing.wakeup();

    assertThat(failureOf(poll)).isInstanceOf(WakeupException.class);
    fixture.sent("a");
    assertThat(payloads(billing.poll(NOW))).containsExactly("a");
  }

  @Test
  void wakeupBeforeAPollEndsThatOne() {
    Consumer<String> billing = fixture.billing();
    billing.wakeup();

    assertThatThrownBy(() -> billing.poll(LONG)).isInstanceOf(WakeupException.class);
    assertThat(billing.poll(NOW)).isEmpty();
  }

  @Test
  void secondThreadIsRefused() {
    Consumer<String> billing = fixture.billing();
    CompletableFuture<List<Message<String>>> poll = inBackground(billing);

    assertThatThrownBy(() -> billing.poll(NOW))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "poll of 'orders' by group 'billing': the consumer is in use by another call, in"
                + " Thread.*It is for one thread at a time: give each thread its own");
    assertThatThrownBy(billing::commit).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(billing::assignment).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> billing.position(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> billing.committed(0)).isInstanceOf(IllegalStateException.class);

    billing.wakeup();
    assertThat(failureOf(poll)).isInstanceOf(WakeupException.class);
    assertThat(billing.assignment()).as("free again").containsExactly(0);
  }

  @Test
  void closedConsumerRefusesAndHasLeftTheGroup() {
    Consumer<String> billing = fixture.billing();

    billing.close();
    billing.close();
    billing.wakeup();

    assertThat(fixture.lastMember().closed).isTrue();
    assertThatThrownBy(() -> billing.poll(NOW))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("poll of 'orders' by group 'billing': the consumer is closed");
    assertThatThrownBy(billing::commit).isInstanceOf(ClosedException.class);
    assertThatThrownBy(billing::assignment).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> billing.position(0)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> billing.committed(0)).isInstanceOf(ClosedException.class);
  }

  @Test
  void rollbackAfterTheCloseIsNoProblem() {
    fixture.sent("a");
    Consumer<String> billing = fixture.billing();
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());
    billing.poll(NOW);
    billing.close();

    branch.rollback();

    assertThat(fixture.acknowledged("orders", 0)).isZero();
  }

  /** A branch may hold megabytes, and an idle consumer may stay for ever. */
  @Test
  void consumerKeepsNothingOfACompletedTransaction() {
    fixture.sent("a");
    Consumer<String> billing = fixture.billing();
    client.inTransaction(() -> billing.poll(NOW));
    WeakReference<FakeBranch> branch = new WeakReference<>(log.commits.remove(0));

    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(branch.refersTo(null)).isTrue();
            });
    assertThat(billing.position(0)).isEqualTo(1);
  }

  @Test
  void clientKeepsNoClosedConsumer() {
    WeakReference<Consumer<String>> closed = new WeakReference<>(fixture.billing());
    Objects.requireNonNull(closed.get()).close();

    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(closed.refersTo(null)).isTrue();
            });
    client.close();
  }

  @Test
  void closeEndsAPollOfAnotherThread() {
    Consumer<String> billing = fixture.billing();
    FakeSubscription subscription = fixture.lastMember();
    CompletableFuture<List<Message<String>>> poll = inBackground(billing);

    billing.close();

    assertThat(failureOf(poll)).isInstanceOf(ClosedException.class);
    await().until(() -> subscription.closed);
  }

  /** The fake fails if its subscription is closed in the middle of a fetch, or twice. */
  @Test
  void closeBesideWorkOfAnotherThreadLeavesTheGroupWhenThatIsDone() throws Exception {
    CountDownLatch decoding = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    fixture.sent("a");
    Consumer<String> billing =
        client.consumer(ConsumerConfig.of("billing", "orders", new Slow(decoding, goOn)));
    FakeSubscription subscription = fixture.lastMember();
    CompletableFuture<List<Message<String>>> poll =
        CompletableFuture.supplyAsync(() -> billing.poll(NOW));
    decoding.await();

    billing.close();
    assertThat(subscription.closed).isFalse();
    goOn.countDown();

    poll.get();
    assertThat(subscription.closed).isTrue();
  }

  @Test
  void closeOfTheClientClosesItsConsumers() {
    Consumer<String> polling = fixture.billing();
    CompletableFuture<List<Message<String>>> poll = inBackground(polling);
    Consumer<String> idle = fixture.billing();
    fixture.billing().close();

    client.close();
    client.close();

    assertThat(failureOf(poll)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> idle.poll(NOW)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(fixture::billing).isInstanceOf(ClosedException.class);
    assertThat(log.members).hasSize(3);
    await().until(() -> log.members.stream().allMatch(member -> member.closed));
  }

  private CompletableFuture<List<Message<String>>> inBackground(Consumer<String> consumer) {
    FakeSubscription subscription = fixture.lastMember();
    CompletableFuture<List<Message<String>>> poll =
        CompletableFuture.supplyAsync(() -> consumer.poll(LONG));
    await()
        .until(
            () -> {
              synchronized (log) {
                return subscription.fetching;
              }
            });
    return poll;
  }

  /** Waits with {@code get}, which unlike {@code join} a timeout can interrupt. */
  private static Throwable failureOf(CompletableFuture<?> future) {
    return catchThrowable(future::get).getCause();
  }

  /** Decodes when it is told to. */
  private record Slow(CountDownLatch decoding, CountDownLatch goOn) implements Codec<String> {
    @Override
    public String contentType() {
      return "text/plain";
    }

    @Override
    public byte[] encode(String payload) {
      throw new AssertionError("not asked for");
    }

    @Override
    public String decode(byte[] bytes, Headers headers) {
      decoding.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
      return Utf8.decode(bytes);
    }
  }
}
