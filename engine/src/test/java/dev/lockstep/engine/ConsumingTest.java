package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.GroupInUseException;
import dev.lockstep.Groups.GroupInfo;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.Message;
import dev.lockstep.Ordering;
import dev.lockstep.PollInterruptedException;
import dev.lockstep.Reader;
import dev.lockstep.ReaderConfig;
import dev.lockstep.RebalanceListener;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.io.PowerCutStorage;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What applications do with consumers and readers, on a real log whose clock the test sets. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConsumingTest {
  private static final Duration NOW = Duration.ZERO;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final HandClock clock = new HandClock();
  private final PowerCutStorage storage = new PowerCutStorage(11);
  private Engine engine;

  /** A clock that stands still until it is moved. */
  private static final class HandClock extends Clock {
    private volatile Instant now = Instant.parse("2025-01-01T00:00:00Z");

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("always UTC");
    }
  }

  @BeforeEach
  void open() throws IOException {
    engine = EngineProvider.open(TestLogs.config(), storage, DeflateCompressor.all(), clock);
    engine.topics().create(TopicConfig.of("orders"));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private static ConsumerConfig<String> orders() {
    return ConsumerConfig.of("billing", "orders", String.class);
  }

  private static ConsumerConfig<String> byKey() {
    return orders().ordering(Ordering.KEY);
  }

  /** Sends texts with their first letters as keys. */
  private void send(String... texts) {
    engine.inTransaction(
        () -> {
          for (String text : texts) {
            engine.producer("orders", String.class).send(text.substring(0, 1), text);
          }
          return texts.length;
        });
  }

  private List<String> poll(Consumer<String> consumer) {
    return engine.inTransaction(() -> texts(consumer.poll(NOW)));
  }

  private static List<String> texts(List<Message<String>> messages) {
    return messages.stream().map(Message::payload).toList();
  }

  private GroupInfo billing() {
    return engine.groups().find("billing", "orders").orElseThrow();
  }

  private void park(Consumer<String> consumer, String text, int attempt) {
    engine.inTransaction(
        () -> {
          Message<String> message = consumer.poll(NOW).get(0);
          assertThat(message.payload()).isEqualTo(text);
          assertThat(message.attempt()).isEqualTo(attempt);
          consumer.park(message, clock.instant().plus(MINUTE));
          return message;
        });
  }

  @Test
  void aParkedMessageHoldsItsPartitionUpUntilItIsDue() {
    send("a1", "b1");
    try (Consumer<String> consumer = engine.consumer(orders().maxPollMessages(1))) {
      park(consumer, "a1", 1);
      assertThat(billing().parked()).isEqualTo(1);
      assertThat(billing().lag()).isEqualTo(2);
      assertThat(poll(consumer)).isEmpty();
      clock.pass(MINUTE);
      park(consumer, "a1", 2);
      assertThat(poll(consumer)).isEmpty();
      clock.pass(MINUTE);
      assertThat(poll(consumer)).containsExactly("a1");
      assertThat(billing().parked()).isZero();
      assertThat(poll(consumer)).containsExactly("b1");
    }
  }

  @Test
  void aParkedMessageHoldsBackItsKeyAndNoOther() {
    send("a1", "b1", "a2", "b2");
    try (Consumer<String> one = engine.consumer(byKey().maxPollMessages(1));
        Consumer<String> other = engine.consumer(byKey())) {
      park(one, "a1", 1);
      assertThat(poll(other)).containsExactly("b1", "b2");
      assertThat(poll(one)).isEmpty();
      assertThat(billing().lag()).isEqualTo(2);
      clock.pass(MINUTE);
      assertThat(poll(other)).containsExactly("a1", "a2");
      assertThat(billing().lag()).isZero();
      assertThat(billing().committed(0)).hasValue(4);
    }
  }

  @Test
  void whatWouldOvertakeAParkedMessageIsRolledBack() {
    send("a1", "a2");
    for (ConsumerConfig<String> config : List.of(orders(), byKey())) {
      try (Consumer<String> consumer = engine.consumer(config)) {
        assertThatThrownBy(
                () ->
                    engine.inTransaction(
                        () -> {
                          Message<String> first = consumer.poll(NOW).get(0);
                          consumer.park(first, clock.instant());
                          return first;
                        }))
            .isInstanceOf(TransactionRolledBackException.class);
        assertThat(billing().parked()).isZero();
        assertThat(consumer.committed(0)).hasValue(0);
      }
    }
  }

  @Test
  void asMuchAsIsAllowedWaitsAndThenThePartitionDoes() {
    send("a1", "a2", "a3", "a4", "b1");
    try (Consumer<String> one = engine.consumer(byKey().maxPollMessages(1).maxWaiting(3))) {
      park(one, "a1", 1);
      assertThat(poll(one)).as("b1 is behind as many as may wait").isEmpty();
      assertThat(billing().waiting()).containsExactly(0);
      clock.pass(MINUTE);
      assertThat(poll(one)).containsExactly("a1");
      assertThat(poll(one)).containsExactly("a2");
      assertThat(billing().waiting()).isEmpty();
    }
  }

  @Test
  void whatMayWaitIsTheGroupsAndNotEachMembersOwn() {
    send("a1", "a2", "a3", "b1");
    try (Consumer<String> one = engine.consumer(byKey().maxPollMessages(1).maxWaiting(3));
        Consumer<String> other = engine.consumer(byKey().maxWaiting(100))) {
      park(one, "a1", 1);
      assertThat(poll(other)).isEmpty();
      assertThat(billing().waiting()).containsExactly(0);
    }
  }

  @Test
  void aTimeTooFarAwayToParkUntilIsRefused() {
    send("a1");
    try (Consumer<String> consumer = engine.consumer(byKey())) {
      Message<String> message = consumer.poll(NOW).get(0);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> consumer.park(message, Instant.MAX))
          .withMessageContaining("offset 0 can't be parked until +1000000000-12-31");
      assertThat(poll(consumer)).containsExactly("a1");
    }
  }

  @Test
  void membersOfAGroupAgreeOnTheOrder() {
    try (Consumer<String> one = engine.consumer(byKey())) {
      assertThat(one.assignment()).containsExactly(0);
      assertThatThrownBy(() -> engine.consumer(orders()))
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContainingAll("billing", "KEY", "PARTITION");
    }
    engine.consumer(orders()).close();
  }

  /** A pending long poll sleeps until the moment that a parked message becomes due. */
  @Test
  void aLongPollWaitsForWhatBecomesDue() throws Exception {
    engine.close();
    engine = TestLogs.open(storage.afterCut(PowerCutStorage.Loss.KEEP));
    send("a1");
    try (Consumer<String> consumer = engine.consumer(byKey())) {
      engine.inTransaction(
          () -> {
            Message<String> message = consumer.poll(NOW).get(0);
            consumer.park(message, Instant.now().plusMillis(50));
            return message;
          });
      assertThat(engine.inTransaction(() -> texts(consumer.poll(MINUTE)))).containsExactly("a1");
    }
  }

  @Test
  void aConsumerMayBeClosedInsideItsTransaction() {
    for (ConsumerConfig<String> config : List.of(orders(), byKey())) {
      send("a1");
      Consumer<String> waiting =
          engine.inTransaction(
              () -> {
                try (Consumer<String> consumer = engine.consumer(config)) {
                  assertThat(texts(consumer.poll(NOW))).containsExactly("a1");
                }
                assertThat(billing().members()).as("it stays until the commit").isEqualTo(1);
                return engine.consumer(config.maxPollMessages(1));
              });
      assertThat(billing().members()).isEqualTo(1);
      assertThat(billing().lag()).isZero();
      waiting.close();
    }
  }

  @Test
  void seeksAreDurableAndDropWhatWasTaken() {
    send("a1");
    clock.pass(MINUTE);
    Instant second = clock.instant();
    send("a2", "a3");
    try (Consumer<String> consumer = engine.consumer(orders())) {
      assertThat(texts(consumer.poll(NOW))).containsExactly("a1", "a2", "a3");
      consumer.seekToTime(second);
      assertThat(consumer.committed(0)).hasValue(1);
      assertThat(texts(consumer.poll(NOW))).containsExactly("a2", "a3");
      consumer.commit();
      consumer.seekToBeginning();
      assertThat(billing().lag()).isEqualTo(3);
      consumer.seekToEnd();
      assertThat(consumer.poll(NOW)).isEmpty();
      consumer.seek(0, 2);
      assertThat(texts(consumer.poll(NOW))).containsExactly("a3");
      consumer.seekToTime(clock.instant().plus(MINUTE));
      assertThat(consumer.position(0)).isEqualTo(3);
      assertThatIllegalArgumentException().isThrownBy(() -> consumer.seek(0, 4));
      assertThatIllegalArgumentException().isThrownBy(() -> consumer.seek(1, 0));
      engine.inTransaction(
          () -> {
            consumer.seek(0, 0);
            consumer.poll(NOW);
            assertThatThrownBy(() -> consumer.seek(0, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is undecided");
            return consumer;
          });
    }
  }

  @Test
  void aSeekForgetsWhatIsParkedAndConsumedAhead() {
    send("a1", "b1", "c1");
    try (Consumer<String> consumer = engine.consumer(byKey().maxPollMessages(1))) {
      park(consumer, "a1", 1);
      assertThat(poll(consumer)).containsExactly("b1");
      assertThat(billing().lag()).isEqualTo(2);
      consumer.seekToBeginning();
      assertThat(billing().parked()).isZero();
      assertThat(billing().lag()).isEqualTo(3);
      assertThat(poll(consumer)).containsExactly("a1");
      assertThat(poll(consumer)).containsExactly("b1");
    }
  }

  @Test
  void groupsAreResetAndDeleted() {
    send("a1", "a2");
    try (Consumer<String> consumer = engine.consumer(byKey())) {
      List<Message<String>> taken = consumer.poll(NOW);
      engine.groups().reset("billing", "orders", 0, 1);
      assertThatThrownBy(consumer::commit).isInstanceOf(TransactionRolledBackException.class);
      assertThat(taken).hasSize(2);
      assertThat(poll(consumer)).containsExactly("a2");
      assertThatThrownBy(() -> engine.groups().delete("billing"))
          .isInstanceOf(GroupInUseException.class)
          .hasMessageContaining("1 members");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.groups().reset("nobody", "orders", 0, 0));
    assertThat(engine.groups().delete("billing")).isTrue();
    assertThat(engine.groups().delete("billing")).isFalse();
    assertThat(engine.groups().find("billing", "orders")).isEmpty();
    try (Consumer<String> consumer = engine.consumer(orders())) {
      assertThat(poll(consumer)).containsExactly("a1", "a2");
    }
  }

  @Test
  void aPausedPartitionBringsNothing() {
    send("a1");
    for (ConsumerConfig<String> config : List.of(orders(), byKey())) {
      try (Consumer<String> consumer = engine.consumer(config)) {
        consumer.pause(0);
        assertThat(consumer.paused()).containsExactly(0);
        assertThat(consumer.poll(NOW)).isEmpty();
        consumer.resume(0);
        assertThat(texts(consumer.poll(NOW))).containsExactly("a1");
        assertThatIllegalArgumentException().isThrownBy(() -> consumer.pause(7));
        assertThatIllegalArgumentException().isThrownBy(consumer::pause);
      }
    }
  }

  @Test
  void expiredMessagesAreConsumedWithTheNextOne() {
    for (ConsumerConfig<String> config : List.of(orders(), byKey())) {
      engine.inTransaction(
          () ->
              engine
                  .producer("orders", String.class)
                  .send(Message.of("a", "old").expireAfter(MINUTE)));
      clock.pass(MINUTE);
      try (Consumer<String> consumer = engine.consumer(config)) {
        assertThat(poll(consumer)).isEmpty();
        assertThat(billing().lag()).isEqualTo(1);
        send("a2");
        assertThat(poll(consumer)).containsExactly("a2");
        assertThat(billing().lag()).isZero();
      }
    }
  }

  /** Tells what it is told. */
  private record Told(List<String> events) implements RebalanceListener {
    @Override
    public void onAssigned(Set<Integer> partitions) {
      events.add("assigned " + partitions);
    }

    @Override
    public void onRevoked(Set<Integer> partitions) {
      events.add("revoked " + partitions);
    }

    @Override
    public void onLost(Set<Integer> partitions) {
      events.add("lost " + partitions);
    }
  }

  @Test
  void listenersAreToldOfPartitionsThatComeAndGo() {
    engine.topics().create(TopicConfig.of("parts").partitions(2));
    List<String> events = new ArrayList<>();
    ConsumerConfig<String> parts = ConsumerConfig.of("billing", "parts", String.class);
    Consumer<String> first = engine.consumer(parts.rebalanceListener(new Told(events)));
    assertThat(events).isEmpty();
    first.poll(NOW);
    assertThat(events).containsExactly("assigned [0, 1]");
    Consumer<String> second = engine.consumer(parts);
    first.poll(NOW);
    assertThat(events).last().isEqualTo("lost [1]");
    second.close();
    engine.consumer(parts).close(); // partition 1 came back, went, and came back
    first.poll(NOW);
    assertThat(events).last().isEqualTo("assigned [1]");
    first.close();
    assertThat(events).last().isEqualTo("revoked [0, 1]");
  }

  @Test
  void anInterruptedPollThrowsAndKeepsTheFlag() {
    try (Consumer<String> consumer = engine.consumer(orders())) {
      CompletableFuture<Boolean> flag = new CompletableFuture<>();
      Thread thread =
          new Thread(
              () -> {
                try {
                  consumer.poll(MINUTE);
                } catch (PollInterruptedException e) {
                  flag.complete(Thread.currentThread().isInterrupted());
                }
              });
      thread.start();
      await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
      thread.interrupt();
      assertThat(flag.join()).isTrue();
      send("a1");
      Thread.currentThread().interrupt();
      assertThat(texts(consumer.poll(MINUTE))).as("nothing to wait for").containsExactly("a1");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void readersNeedNoGroup() {
    send("a1");
    clock.pass(MINUTE);
    Instant second = clock.instant();
    send("a2", "a3");
    try (Reader<String> reader =
            engine.reader(ReaderConfig.of("orders", String.class).maxPollMessages(2));
        Reader<String> late =
            engine.reader(
                ReaderConfig.of("orders", String.class)
                    .startFrom(StartFrom.LATEST)
                    .partitions(0))) {
      assertThat(texts(reader.poll(NOW))).containsExactly("a1", "a2");
      assertThat(engine.inTransaction(() -> texts(reader.poll(NOW)))).containsExactly("a3");
      assertThat(reader.position(0)).isEqualTo(3);
      reader.seekToTime(second);
      assertThat(texts(reader.poll(NOW))).containsExactly("a2", "a3");
      reader.seekToBeginning();
      assertThat(reader.position(0)).isZero();
      assertThat(late.poll(NOW)).isEmpty();
      send("a4");
      assertThat(texts(late.poll(MINUTE))).containsExactly("a4");
      assertThatIllegalArgumentException().isThrownBy(() -> late.seek(1, 0));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.reader(ReaderConfig.of("orders", String.class).partitions(1)));
    assertThat(engine.groups().names()).isEmpty();
  }

  @Test
  void parkOutsideATransactionAcknowledgesTheRest() {
    send("a1", "b1");
    try (Consumer<String> consumer = engine.consumer(byKey())) {
      List<Message<String>> both = consumer.poll(NOW);
      consumer.park(both.get(0), clock.instant().plus(MINUTE));
      assertThat(billing().parked()).isEqualTo(1);
      assertThat(billing().lag()).isEqualTo(1);
      assertThatThrownBy(() -> consumer.park(both.get(1), clock.instant()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has not polled it");
      assertThat(Optional.of(both.get(1).attempt())).contains(1);
    }
  }
}
