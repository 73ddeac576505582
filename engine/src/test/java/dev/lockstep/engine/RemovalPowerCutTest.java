package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Headers;
import dev.lockstep.LockstepException;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.Topics.TopicInfo;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.io.PowerCut;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Alterations and deletions of topics, retention and compaction, and the checkpoints behind them,
 * with the power cut at every operation: afterwards the log is as it was before or after the step
 * that was cut, and a removal that was under way is carried on.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class RemovalPowerCutTest {
  private static final long SEED = 20_260_401;
  private static final AtomicInteger CUTS = new AtomicInteger();
  private static final TopicConfig KEYS = TopicConfig.of("keys").compacted(Duration.ofHours(1));
  private static final TopicConfig OLD =
      TopicConfig.of("old").partitions(2).retainFor(Duration.ofHours(1));

  @AfterAll
  static void report() {
    System.out.println("RemovalPowerCutTest: examined " + CUTS.get() + " power cuts, seed " + SEED);
  }

  private interface Step {
    void run(Engine engine, Ticking clock);
  }

  /** What is there of a partition: its first offset and its end, and each message. */
  private record Part(long first, long end, Map<Long, String> messages) {}

  /** What is there of a topic. */
  private record Seen(TopicConfig config, List<Part> parts) {}

  private static Step send(String topic, String key, String payload) {
    return (engine, clock) -> {
      Branch branch = engine.log().begin();
      branch.append(
          new Envelope(
              topic,
              Optional.of(key.getBytes(StandardCharsets.UTF_8)),
              payload.getBytes(StandardCharsets.UTF_8),
              Headers.empty(),
              payload.isEmpty() ? Kind.TOMBSTONE : Kind.MESSAGE,
              Optional.empty(),
              Optional.empty()));
      branch.commitOnePhase();
    };
  }

  private static Step create(TopicConfig config) {
    return (engine, clock) -> engine.topics().create(config);
  }

  private static Step upkeep() {
    return (engine, clock) -> engine.reclaimNow();
  }

  private static Step pass(Duration time) {
    return (engine, clock) -> clock.pass(time);
  }

  private static Engine open(PowerCutStorage storage, Ticking clock) throws IOException {
    return EngineProvider.open(
        TestLogs.config(Path.of("memory")).build(), storage, DeflateCompressor.all(), clock);
  }

  private static Map<String, Seen> look(Engine engine, int n) {
    Map<String, Seen> all = new TreeMap<>();
    for (String name : engine.topics().names()) {
      TopicInfo topic = engine.topics().find(name).orElseThrow();
      List<Part> parts = new ArrayList<>();
      for (int i = 0; i < topic.config().partitions(); i++) {
        parts.add(new Part(topic.firstOffset(i), topic.endOffset(i), new TreeMap<>()));
      }
      try (Subscription audit = engine.log().subscribe("audit" + n, name, StartFrom.EARLIEST)) {
        List<Delivery> some = audit.fetch(1000, Duration.ZERO);
        while (!some.isEmpty()) {
          for (Delivery delivery : some) {
            parts
                .get(delivery.partition())
                .messages()
                .put(
                    delivery.offset(),
                    new String(delivery.envelope().payload(), StandardCharsets.UTF_8));
          }
          some = audit.fetch(1000, Duration.ZERO);
        }
      }
      all.put(name, new Seen(topic.config(), parts));
    }
    return all;
  }

  /** What is there after each step, if nothing goes wrong; first, before the first one. */
  private static List<Map<String, Seen>> reference(List<Step> steps) throws IOException {
    List<Map<String, Seen>> seen = new ArrayList<>();
    for (int count = 0; count <= steps.size(); count++) {
      PowerCutStorage storage = new PowerCutStorage(SEED);
      Ticking clock = new Ticking();
      assertThat(life(storage, clock, steps.subList(0, count))).isEqualTo(count);
      try (Engine engine = open(storage.afterCut(Loss.KEEP), clock)) {
        seen.add(look(engine, 0));
      }
    }
    return seen;
  }

  private static void everywhere(List<Step> steps) throws IOException {
    List<Map<String, Seen>> reference = reference(steps);
    boolean cut = true;
    for (int n = 1; cut; n++) {
      PowerCutStorage storage = new PowerCutStorage(SEED + n);
      Ticking clock = new Ticking();
      storage.cutAfter(n);
      int done = life(storage, clock, steps);
      cut = storage.operations() >= n;
      for (Loss loss : Loss.values()) {
        examine(storage, loss, clock, done, reference, "operation " + n + ", " + loss);
      }
    }
  }

  /** Returns how many steps were done. */
  private static int life(PowerCutStorage storage, Ticking clock, List<Step> steps)
      throws IOException {
    Engine engine;
    try {
      engine = open(storage, clock);
    } catch (PowerCut e) {
      return 0;
    }
    int done = 0;
    try {
      for (Step step : steps) {
        step.run(engine, clock);
        done++;
      }
    } catch (LockstepException e) {
      // The power is off.
    } finally {
      TestLogs.closeFailed(engine);
    }
    return done;
  }

  private static void examine(
      PowerCutStorage storage,
      Loss loss,
      Ticking clock,
      int done,
      List<Map<String, Seen>> reference,
      String where)
      throws IOException {
    CUTS.incrementAndGet();
    Map<String, Seen> before = reference.get(done);
    Map<String, Seen> after = reference.get(Math.min(done + 1, reference.size() - 1));
    PowerCutStorage left = storage.afterCut(loss);
    Map<String, Seen> seen;
    Engine opened = open(left, clock);
    try {
      Map<String, Seen> first = look(opened, 1);
      if (!first.equals(before) && !first.equals(after)) {
        assertBetween(before, after, first, where);
      }
      opened.reclaimNow();
      seen = look(opened, 2);
      assertThat(seen.keySet()).as(where).isEqualTo(first.keySet());
      left = left.afterCut(Loss.DROP);
    } finally {
      TestLogs.closeFailed(opened);
    }
    try (Engine engine = open(left, clock)) {
      assertThat(look(engine, 3)).as("again after %s", where).isEqualTo(seen);
      engine.reclaimNow();
      assertThat(look(engine, 4)).as("once more after %s", where).isEqualTo(seen);
    } catch (LockstepException e) {
      throw new AssertionError(where, e);
    }
  }

  /** A removal of several parts was cut: what stays in the end is there, and nothing else came. */
  private static void assertBetween(
      Map<String, Seen> before, Map<String, Seen> after, Map<String, Seen> seen, String where) {
    assertThat(seen.keySet()).as(where).isEqualTo(before.keySet()).isEqualTo(after.keySet());
    seen.forEach(
        (name, topic) -> {
          assertThat(topic.config()).as(where).isEqualTo(before.get(name).config());
          for (int i = 0; i < topic.parts().size(); i++) {
            Part part = topic.parts().get(i);
            Part old = before.get(name).parts().get(i);
            Part last = after.get(name).parts().get(i);
            assertThat(part.end()).as(where).isEqualTo(old.end()).isEqualTo(last.end());
            assertThat(part.first()).as(where).isBetween(old.first(), last.first());
            assertThat(old.messages()).as(where).containsAllEntriesOf(part.messages());
            assertThat(part.messages()).as(where).containsAllEntriesOf(last.messages());
          }
        });
  }

  @Test
  void compaction() throws IOException {
    everywhere(
        List.of(
            create(KEYS),
            send("keys", "a", "1"),
            send("keys", "b", "2"),
            send("keys", "a", "3"),
            upkeep(),
            send("keys", "b", "4"),
            send("keys", "a", ""),
            send("keys", "c", "5"),
            upkeep(),
            pass(Duration.ofHours(2)),
            upkeep(),
            send("keys", "b", "6"),
            upkeep()));
  }

  @Test
  void retention() throws IOException {
    everywhere(
        List.of(
            create(OLD),
            send("old", "a", "1"),
            send("old", "b", "2"),
            upkeep(),
            pass(Duration.ofHours(2)),
            send("old", "c", "3"),
            send("old", "a", "4"),
            upkeep(),
            send("old", "b", "5"),
            pass(Duration.ofHours(2)),
            upkeep(),
            send("old", "b", "6")));
  }

  @Test
  void topicsThatAreAlteredAndDeleted() throws IOException {
    everywhere(
        List.of(
            create(KEYS),
            create(OLD),
            send("keys", "a", "1"),
            send("old", "a", "1"),
            upkeep(),
            (engine, clock) -> engine.topics().alter(OLD.partitions(3).retainBytes(1 << 20)),
            send("old", "b", "2"),
            send("old", "c", "3"),
            (engine, clock) -> engine.topics().delete("keys"),
            send("old", "d", "4"),
            upkeep(),
            create(KEYS.partitions(2)),
            send("keys", "a", "5"),
            upkeep(),
            (engine, clock) -> engine.topics().delete("keys"),
            (engine, clock) -> engine.topics().delete("old")));
  }
}
