package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.Groups.GroupInfo;
import dev.lockstep.Message;
import dev.lockstep.Ordering;
import dev.lockstep.OutgoingMessage;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.io.PowerCutStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a group's offsets whose messages have expired or were removed meanwhile. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class GoneMessagesTest {
  private static final Duration NOW = Duration.ZERO;
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final TopicConfig ORDERS = TopicConfig.of("orders");

  private final Ticking clock = new Ticking();
  private PowerCutStorage storage = new PowerCutStorage(12);
  private Engine engine;

  GoneMessagesTest() throws IOException {
    engine = open(storage);
  }

  private Engine open(PowerCutStorage log) throws IOException {
    return EngineProvider.open(TestLogs.config(), log, DeflateCompressor.all(), clock);
  }

  private void crash() throws IOException {
    PowerCutStorage left = storage.afterCut(PowerCutStorage.Loss.DROP);
    TestLogs.closeFailed(engine);
    storage = left;
    engine = open(storage);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private Consumer<String> consumer(Ordering ordering) {
    return engine.consumer(
        ConsumerConfig.of("billing", "orders", String.class).ordering(ordering).maxPollMessages(1));
  }

  private void send(OutgoingMessage<String> message) {
    engine.inTransaction(() -> engine.producer("orders", String.class).send(message));
  }

  /** Sends texts with their first letters as keys. */
  private void send(String... texts) {
    for (String text : texts) {
      send(Message.of(text.substring(0, 1), text));
    }
  }

  /** What one poll outside a transaction brings. */
  private static List<String> take(Consumer<String> consumer) {
    return consumer.poll(NOW).stream().map(Message::payload).toList();
  }

  private void park(Consumer<String> consumer, Duration time) {
    engine.inTransaction(
        () -> {
          Message<String> message = consumer.poll(NOW).get(0);
          consumer.park(message, clock.instant().plus(time));
          return message;
        });
  }

  private GroupInfo billing() {
    return engine.groups().find("billing", "orders").orElseThrow();
  }

  /** The messages behind it are delivered already, and there are always some: nobody covers it. */
  @Test
  void aParkedMessageThatExpiresLeavesNoHoleInABusyPartition() {
    engine.topics().create(ORDERS.retainUntilConsumed());
    send(Message.of("a", "a1").expireAfter(MINUTE));
    send("b1", "b2", "c1");
    try (Consumer<String> one = consumer(Ordering.KEY);
        Consumer<String> other = consumer(Ordering.KEY)) {
      park(one, MINUTE);
      assertThat(take(other)).containsExactly("b1");
      other.commit();
      assertThat(take(other)).containsExactly("b2");
      clock.pass(MINUTE);
      assertThat(take(one)).as("a1 has expired").containsExactly("c1");
      assertThat(billing().parked()).isZero();
      assertThat(billing().committed(0)).hasValue(2);
      other.commit();
      one.commit();
      assertThat(billing().lag()).isZero();
      engine.reclaimNow();
      assertThat(engine.topics().find("orders").orElseThrow().firstOffset(0)).isEqualTo(4);
    }
  }

  /** It is part of what the messages behind it cover once these come again. */
  @Test
  void aHoleIsCoveredByWhatComesAgainBehindIt() {
    engine.topics().create(ORDERS);
    send(Message.of("a", "a1").expireAfter(MINUTE));
    send("b1");
    try (Consumer<String> one = consumer(Ordering.KEY)) {
      park(one, MINUTE);
      try (Consumer<String> other = consumer(Ordering.KEY)) {
        assertThat(take(other)).containsExactly("b1");
      }
      clock.pass(MINUTE);
      assertThat(take(one)).containsExactly("b1");
      assertThat(billing().parked()).isEqualTo(1);
      one.commit();
      assertThat(billing().parked()).isZero();
      assertThat(billing().committed(0)).hasValue(2);
    }
  }

  /** What is removed keeps nobody waiting until the time up to which it was parked. */
  @ParameterizedTest
  @EnumSource
  void aParkedMessageThatRetentionRemovesHoldsNothingUp(Ordering ordering) {
    engine.topics().create(ORDERS.retainFor(MINUTE));
    send("a1");
    clock.pass(MINUTE);
    send("a2");
    try (Consumer<String> consumer = consumer(ordering)) {
      park(consumer, DAY);
      assertThat(take(consumer)).isEmpty();
      clock.pass(Duration.ofMillis(1));
      engine.reclaimNow();
      assertThat(billing().parked()).isZero();
      assertThat(take(consumer)).containsExactly("a2");
      consumer.commit();
      assertThat(billing().committed(0)).hasValue(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aParkedMessageThatCompactionRemovesHoldsNothingUp(Ordering ordering) throws IOException {
    engine.topics().create(ORDERS.compacted(MINUTE));
    send("b1", "a1", "a2");
    try (Consumer<String> consumer = consumer(ordering)) {
      assertThat(take(consumer)).containsExactly("b1");
      consumer.commit();
      park(consumer, DAY);
      assertThat(take(consumer)).isEmpty();
      engine.reclaimNow();
      assertThat(billing().parked()).isZero();
    }
    crash();
    assertThat(billing().parked()).isZero();
    try (Consumer<String> consumer = consumer(ordering)) {
      assertThat(take(consumer)).containsExactly("a2");
      consumer.commit();
      assertThat(billing().committed(0)).hasValue(3);
    }
  }

  /** A message may be removed between its poll and the commit of what parks it. */
  @ParameterizedTest
  @EnumSource
  void aMessageThatIsParkedWhenItIsGoneHoldsNothingUp(Ordering ordering) {
    engine.topics().create(ORDERS.retainFor(MINUTE));
    send("a1");
    try (Consumer<String> consumer = consumer(ordering)) {
      Message<String> a1 = consumer.poll(NOW).get(0);
      clock.pass(MINUTE.plusMillis(1));
      engine.reclaimNow();
      consumer.park(a1, clock.instant().plus(DAY));
      send("a2");
      assertThat(take(consumer)).containsExactly("a2");
      consumer.commit();
      assertThat(billing().parked()).isZero();
      assertThat(billing().committed(0)).hasValue(2);
    }
  }
}
