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

/** What becomes of a group's offsets whose messages have expired or were removed meanwhile. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class GoneMessagesTest {
  private static final Duration NOW = Duration.ZERO;
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final TopicConfig ORDERS = TopicConfig.of("orders");

  private final Ticking clock = new Ticking();
  private final PowerCutStorage storage = new PowerCutStorage(12);
  private final Engine engine;

  GoneMessagesTest() throws IOException {
    engine = EngineProvider.open(TestLogs.config(), storage, DeflateCompressor.all(), clock);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private Consumer<String> consumer(Ordering ordering) {
    return engine.consumer(
        ConsumerConfig.of("billing", "orders", String.class)
            .ordering(ordering)
            .maxPollMessages(1));
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
    try (Consumer<String> one = consumer(Ordering.KEY);
        Consumer<String> other = consumer(Ordering.KEY)) {
      park(one, MINUTE);
      assertThat(take(other)).containsExactly("b1");
      other.close();
      clock.pass(MINUTE);
      assertThat(take(one)).containsExactly("b1");
      assertThat(billing().parked()).isEqualTo(1);
      one.commit();
      assertThat(billing().parked()).isZero();
      assertThat(billing().committed(0)).hasValue(2);
    }
  }
}
