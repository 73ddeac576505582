package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Consumer;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.MessageId;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.UnknownTopicException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine through the API, on real files. */
@Timeout(60)
class EngineTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration NOT = Duration.ZERO;

  @TempDir Path directory;

  private Lockstep open() {
    return Lockstep.open(
        LockstepConfig.builder()
            .dataDir(directory)
            .segmentSize(256 * 1024)
            .maxMessageBytes(64 * 1024)
            .maxTransactionBytes(1 << 20)
            .build());
  }

  @Test
  void sentMessagesArriveInOrderAndOnce() {
    try (Lockstep lockstep = open()) {
      lockstep.topics().create(TopicConfig.of("orders"));
      Producer<String> producer = lockstep.producer("orders", String.class);
      MessageId first = producer.send("a", "1");
      producer.send(Message.of("b", "2").header("trace", "x"));
      try (Consumer<String> consumer = lockstep.consumer("billing", "orders", String.class)) {
        List<Message<String>> messages = consumer.poll(SOON);
        assertThat(messages).extracting(Message::payload).containsExactly("1", "2");
        assertThat(messages.get(0).id()).isEqualTo(first);
        assertThat(messages.get(0).key()).contains("a");
        assertThat(messages).extracting(Message::offset).containsExactly(0L, 1L);
        assertThat(messages.get(1).headers().last("trace")).contains("x");
        assertThat(consumer.poll(NOT)).isEmpty();
        consumer.commit();
        assertThat(consumer.committed(0)).hasValue(2);
      }
    }
  }

  @Test
  void committedTransactionsAndAcknowledgementsAreThereAfterReopen() {
    try (Lockstep lockstep = open()) {
      lockstep.topics().create(TopicConfig.of("orders").partitions(3));
      Producer<String> producer = lockstep.producer("orders", String.class);
      for (int i = 0; i < 100; i++) {
        producer.send("key" + i, "value" + i);
      }
      try (Consumer<String> consumer = lockstep.consumer("billing", "orders", String.class)) {
        lockstep.inTransaction(() -> assertThat(consumer.poll(SOON)).hasSizeBetween(1, 100));
      }
    }
    try (Lockstep lockstep = open()) {
      assertThat(lockstep.topics().names()).containsExactly("orders");
      long consumed = 100 - lockstep.groups().find("billing", "orders").orElseThrow().lag();
      assertThat(consumed).isPositive();
      List<String> rest = drain(lockstep, "billing");
      assertThat(rest).hasSize((int) (100 - consumed));
      assertThat(drain(lockstep, "other")).hasSize(100).doesNotHaveDuplicates();
    }
  }

  private static List<String> drain(Lockstep lockstep, String group) {
    List<String> all = new ArrayList<>();
    try (Consumer<String> consumer = lockstep.consumer(group, "orders", String.class)) {
      while (true) {
        List<Message<String>> messages = consumer.poll(NOT);
        if (messages.isEmpty()) {
          return all;
        }
        messages.forEach(message -> all.add(message.payload()));
        consumer.commit();
      }
    }
  }

  @Test
  void aTransactionThatThrowsLeavesNothing() {
    try (Lockstep lockstep = open()) {
      lockstep.topics().create(TopicConfig.of("orders"));
      Producer<String> producer = lockstep.producer("orders", String.class);
      producer.send("before");
      try (Consumer<String> consumer = lockstep.consumer("billing", "orders", String.class)) {
        assertThatThrownBy(
                () ->
                    lockstep.inTransaction(
                        () -> {
                          assertThat(consumer.poll(SOON)).hasSize(1);
                          producer.send("never");
                          throw new IllegalStateException("planned");
                        }))
            .hasMessage("planned");
        assertThat(lockstep.topics().find("orders").orElseThrow().endOffset(0)).isEqualTo(1);
        List<Message<String>> again = consumer.poll(SOON);
        assertThat(again).extracting(Message::payload).containsExactly("before");
      }
    }
  }

  @Test
  void manySegmentsAreWrittenReadAndReopened() {
    String payload = "x".repeat(10_000);
    try (Lockstep lockstep = open()) {
      lockstep.topics().create(TopicConfig.of("orders"));
      Producer<String> producer = lockstep.producer("orders", String.class);
      for (int i = 0; i < 200; i++) {
        producer.send("k", i + payload);
      }
      assertThat(drain(lockstep, "first")).hasSize(200);
    }
    try (Lockstep lockstep = open()) {
      List<String> all = drain(lockstep, "second");
      assertThat(all).hasSize(200);
      assertThat(all.get(199)).isEqualTo(199 + payload);
      lockstep.producer("orders", String.class).send("k", "after");
      assertThat(drain(lockstep, "second")).containsExactly("after");
    }
  }

  @Test
  void unknownTopicsAndChangedTopicsAreRefused() {
    try (Lockstep lockstep = open()) {
      lockstep.topics().create(TopicConfig.of("orders"));
      assertThatThrownBy(() -> lockstep.producer("order", String.class))
          .isInstanceOf(UnknownTopicException.class)
          .hasMessageContaining("'order'");
      assertThatThrownBy(
              () -> lockstep.topics().createIfAbsent(TopicConfig.of("orders").partitions(2)))
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("exists as orders (1 partitions), not as orders (2 partitions)");
    }
  }

  @Test
  void theSegmentSizeOfALogCantBeChanged() {
    open().close();
    LockstepConfig other =
        LockstepConfig.builder()
            .dataDir(directory)
            .segmentSize(512 * 1024)
            .maxMessageBytes(4096)
            .build();
    assertThatThrownBy(() -> Lockstep.open(other))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("262144");
    open().close();
  }
}
