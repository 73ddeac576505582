package dev.lockstep.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Consumer;
import dev.lockstep.DecodeException;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.io.BuildDirectoryFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The provider that is on the class path, used by type. */
@Timeout(60)
class JsonThroughLogTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir(factory = BuildDirectoryFactory.class)
  private Path directory;

  private Lockstep lockstep;

  /** A payload. */
  public record Order(String id, List<String> lines) {}

  @BeforeEach
  void open() {
    lockstep = Lockstep.open(LockstepConfig.builder().dataDir(directory).build());
    lockstep.topics().create(TopicConfig.of("orders"));
  }

  @AfterEach
  void close() {
    lockstep.close();
  }

  @Test
  void payloadsComeBackAndSayWhatTheyAre() {
    Order order = new Order("o-1", List.of("größe", "\uD83D\uDE80"));
    lockstep.producer("orders", Order.class).send("k", order);
    lockstep.producer("orders", Order.class).delete("k");

    try (Consumer<Order> consumer = lockstep.consumer("billing", "orders", Order.class)) {
      List<Message<Order>> messages = consumer.poll(SOON);
      assertThat(messages).hasSize(2);
      assertThat(messages.get(0).payload()).isEqualTo(order);
      assertThat(messages.get(0).contentType()).hasValue("application/json");
      assertThat(messages.get(1).isTombstone()).isTrue();
    }
  }

  @Test
  void badJsonIsNamedByItsPlace() {
    lockstep.producer("orders", Order.class).send(new Order("o-1", List.of()));
    lockstep.producer("orders", String.class).send("{\"id\":\"o-2\"} and more");

    try (Consumer<Order> consumer = lockstep.consumer("billing", "orders", Order.class)) {
      assertThatThrownBy(() -> consumer.poll(SOON))
          .isInstanceOf(DecodeException.class)
          .hasMessageContainingAll(
              "LSTP-0103",
              "group 'billing'",
              "offset 1 of topic 'orders', partition 0",
              "content type text/plain; charset=utf-8",
              "dev.lockstep.json.JsonCodec",
              "from character 13 of 21")
          .hasCauseInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void textAndBytesKeepTheirBuiltInCodecs() {
    lockstep.producer("orders", String.class).send("plain");

    try (Consumer<byte[]> consumer = lockstep.consumer("billing", "orders", byte[].class)) {
      assertThat(consumer.poll(SOON))
          .singleElement()
          .satisfies(message -> assertThat(message.payload()).asString().isEqualTo("plain"));
    }
  }
}
