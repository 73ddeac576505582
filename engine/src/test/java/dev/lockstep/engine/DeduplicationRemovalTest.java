package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Headers;
import dev.lockstep.MessageId;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A topic holds an idempotency key as long as it holds the message. */
@Timeout(60)
@ExtendWith(QuietLog.class)
class DeduplicationRemovalTest {
  private static final long SEED = 20_260_307;

  private final PowerCutStorage storage = new PowerCutStorage(SEED);

  private static MessageId send(Engine engine, String key, String once) {
    Branch branch = engine.log().begin();
    MessageId id =
        branch.append(
            new Envelope(
                "orders",
                Optional.of(key.getBytes(StandardCharsets.UTF_8)),
                new byte[500],
                Headers.empty(),
                Kind.MESSAGE,
                Optional.empty(),
                Optional.of(once)));
    branch.commitOnePhase();
    return id;
  }

  /** Sends so many messages with keys that repeat, and says their identities. */
  private static List<MessageId> sendMany(Engine engine, int count, int keys) {
    List<MessageId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(send(engine, "key" + i % keys, "once" + i));
    }
    return ids;
  }

  @Test
  void keysOfTrimmedMessagesAreFreeAgain() throws IOException {
    List<MessageId> first;
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(TopicConfig.of("orders").retainBytes(5000));
      first = sendMany(engine, 40, 40);
      engine.reclaimNow();
      stillThere(engine, first, engine.topics().find("orders").orElseThrow().firstOffset(0));
    }
    try (Engine again = TestLogs.open(TestLogs.again(storage))) {
      assertThat(send(again, "key", "once39")).isEqualTo(first.get(39));
    }
  }

  private static void stillThere(Engine engine, List<MessageId> first, long firstOffset) {
    assertThat(firstOffset).isBetween(20L, 39L);
    for (int i = 39; i >= 0; i--) {
      MessageId id = send(engine, "key", "once" + i);
      if (i >= firstOffset) {
        assertThat(id).as("once%s", i).isEqualTo(first.get(i));
      } else {
        assertThat(id).as("once%s", i).isNotEqualTo(first.get(i));
        assertThat(send(engine, "key", "once" + i)).as("once%s again", i).isEqualTo(id);
      }
    }
  }

  @Test
  void keysOfSupersededMessagesAreFreeAgain() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(TopicConfig.of("orders").compacted(Duration.ofDays(1)));
      List<MessageId> first = sendMany(engine, 60, 5);
      engine.reclaimNow();
      for (int i = 59; i >= 0; i--) {
        MessageId id = send(engine, "late" + i, "once" + i);
        if (i >= 55) {
          assertThat(id).as("once%s", i).isEqualTo(first.get(i));
        } else {
          assertThat(id).as("once%s", i).isNotEqualTo(first.get(i));
        }
      }
    }
  }

  /** A deleted topic's keys are not those of a new one of the same name. */
  @Test
  void keysGoWithTheirTopic() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(TopicConfig.of("orders"));
      MessageId first = send(engine, "key", "once");
      engine.topics().delete("orders");
      engine.topics().create(TopicConfig.of("orders").partitions(2));

      MessageId second = send(engine, "key", "once");

      assertThat(second).isNotEqualTo(first);
      engine.topics().alter(TopicConfig.of("orders").partitions(4));
      assertThat(send(engine, "another", "once")).isEqualTo(second);
    }
  }
}
