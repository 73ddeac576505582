package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Durability;
import dev.lockstep.Headers;
import dev.lockstep.InDoubtException;
import dev.lockstep.Ordering;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.Removals.Step;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.SubscriptionConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Alterations and deletions of topics, retention and compaction, and the checkpoints behind them,
 * with the power cut at every operation: afterwards the log is as it was before or after the step
 * that was cut, and a removal that was under way is carried on, to the same end.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class RemovalPowerCutTest {
  private static final long SEED = 20_260_401;
  private static final int LARGE = 13_000;
  private static final TopicConfig KEYS = TopicConfig.of("keys").compacted(Duration.ofHours(1));
  private static final TopicConfig OLD =
      TopicConfig.of("old").partitions(2).retainFor(Duration.ofHours(1));
  private static final BranchId DOUBT = BranchId.of(9, new byte[] {1}, new byte[0]);
  private static final BranchId OTHER = BranchId.of(9, new byte[] {2}, new byte[0]);
  private static final SubscriptionConfig BILLING =
      SubscriptionConfig.of("billing", "doomed", StartFrom.EARLIEST).ordering(Ordering.KEY);

  private static Envelope message(String topic, String key, String payload) {
    return new Envelope(
        topic,
        Optional.of(key.getBytes(StandardCharsets.UTF_8)),
        payload.getBytes(StandardCharsets.UTF_8),
        Headers.empty(),
        payload.isEmpty() ? Kind.TOMBSTONE : Kind.MESSAGE,
        Optional.empty(),
        Optional.empty());
  }

  private static Step send(String topic, String key, String payload) {
    return Step.of(
        (engine, clock) -> {
          Branch branch = engine.log().begin();
          branch.append(message(topic, key, payload));
          branch.commitOnePhase();
        });
  }

  private static String large(String label) {
    return label + ".".repeat(LARGE);
  }

  private static Step create(TopicConfig config) {
    return Step.of((engine, clock) -> engine.topics().create(config));
  }

  private static Step delete(String topic) {
    return Step.of((engine, clock) -> assertThat(engine.topics().delete(topic)).isTrue());
  }

  private static Step pass(Duration time) {
    return Step.of((engine, clock) -> clock.pass(time));
  }

  private static Removals cuts(Durability durability, List<Step> steps) throws IOException {
    return new Removals(SEED, durability, steps);
  }

  private static List<Step> compacted() {
    return List.of(
        create(KEYS),
        send("keys", "a", "1"),
        send("keys", "b", "2"),
        send("keys", "a", "3"),
        Step.remove(),
        send("keys", "b", "4"),
        send("keys", "a", ""),
        send("keys", "c", "5"),
        Step.remove(),
        pass(Duration.ofHours(2)),
        Step.remove(),
        send("keys", "b", "6"),
        Step.remove());
  }

  @Test
  void compaction() throws IOException {
    Removals cuts = cuts(Durability.FORCED, compacted());
    assertThat(cuts.end().payloads("keys")).containsExactly("5", "6");
    CutFloor.COMPACTION.reached(cuts.everywhere(), SEED);
  }

  private static List<Step> retained() {
    return List.of(
        create(OLD),
        send("old", "a", "1"),
        send("old", "b", "2"),
        Step.checkpoint(),
        pass(Duration.ofHours(2)),
        Step.remove(),
        send("old", "c", "3"),
        send("old", "a", "4"),
        Step.checkpoint(),
        send("old", "b", "5"),
        pass(Duration.ofHours(2)),
        Step.remove(),
        send("old", "b", "6"));
  }

  @Test
  void retention() throws IOException {
    Removals cuts = cuts(Durability.FORCED, retained());
    assertThat(cuts.end().payloads("old")).containsExactly("6");
    CutFloor.RETENTION.reached(cuts.everywhere(), SEED);
  }

  private static List<Step> alteredAndDeleted() {
    return List.of(
        create(KEYS),
        create(OLD),
        send("keys", "a", "1"),
        send("old", "a", "1"),
        Step.checkpoint(),
        Step.of((engine, clock) -> engine.topics().alter(OLD.partitions(3).retainBytes(1 << 20))),
        send("old", "b", "2"),
        send("old", "c", "3"),
        delete("keys"),
        send("old", "d", "4"),
        Step.checkpoint(),
        create(KEYS.partitions(2)),
        send("keys", "a", "5"),
        Step.checkpoint(),
        delete("keys"),
        delete("old"));
  }

  @Test
  void topicsThatAreAlteredAndDeleted() throws IOException {
    Removals cuts = cuts(Durability.FORCED, alteredAndDeleted());
    assertThat(cuts.end().topics()).isEmpty();
    CutFloor.ALTERATION_AND_DELETION.reached(cuts.everywhere(), SEED);
  }

  /**
   * What retention and compaction leave of a segment moves, and the segment is given back. Upkeep
   * stands before time passes, so that the log has not grown by a segment when something gets due:
   * it would be removed on its own account then, and not in the step that is to remove it.
   */
  private static List<Step> emptied() {
    return List.of(
        create(KEYS),
        create(OLD),
        send("keys", "stays", "stays"),
        send("old", "a", large("1")),
        send("keys", "a", large("1")),
        send("old", "b", large("2")),
        send("keys", "a", large("2")),
        send("old", "c", large("3")),
        send("keys", "a", "3"),
        Step.remove(),
        pass(Duration.ofHours(2)),
        Step.remove(),
        send("keys", "b", large("4")),
        send("keys", "b", large("5")),
        send("old", "a", "6"),
        Step.remove());
  }

  @Test
  void segmentsThatAreEmptiedAfterwards() throws IOException {
    Removals cuts = cuts(Durability.FORCED, emptied());
    cuts.awaitReleased("0000000000000000.segment");
    assertThat(cuts.end().payloads("keys")).containsExactly("stays", "3", large("5"));
    assertThat(cuts.end().payloads("old")).containsExactly("6");
    CutFloor.EMPTIED_SEGMENTS.reached(cuts.everywhere(), SEED);
  }

  private static Step join() {
    return Step.of((engine, clock) -> engine.log().subscribe(BILLING).close());
  }

  /** One transaction takes what is there: it parks the first message and acknowledges another. */
  private static Step parkAndAcknowledge() {
    return Step.of(
        (engine, clock) -> {
          try (Subscription member = engine.log().subscribe(BILLING)) {
            List<Delivery> some = member.fetch(10, Duration.ZERO);
            Branch branch = engine.log().begin();
            park(branch, member, some.get(0));
            Delivery last = some.get(some.size() - 1);
            branch.acknowledge(
                "billing",
                "doomed",
                last.partition(),
                last.coversFrom(),
                last.offset() + 1,
                member.memberEpoch());
            branch.commitOnePhase();
          }
        });
  }

  private static void park(Branch branch, Subscription member, Delivery delivery) {
    branch.park(
        "billing",
        "doomed",
        delivery.partition(),
        delivery.offset(),
        Instant.parse("2100-01-01T00:00:00Z"),
        delivery.attempt(),
        member.memberEpoch());
  }

  /** A branch that sends to the topic, and parks one of its messages. */
  private static Step prepare() {
    return Step.of(
        (engine, clock) -> {
          try (Subscription member = engine.log().subscribe(BILLING)) {
            Branch branch = engine.log().begin(DOUBT);
            branch.append(message("doomed", "a", "doubt"));
            branch.append(message("keys", "a", "doubt"));
            park(branch, member, member.fetch(10, Duration.ZERO).get(0));
            branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
          }
        });
  }

  private static Step prepareElsewhere() {
    return Step.of(
        (engine, clock) -> {
          Branch branch = engine.log().begin(OTHER);
          branch.append(message("keys", "b", "other"));
          branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
        });
  }

  private static Step refuseDeletion() {
    return Step.of(
        (engine, clock) -> {
          try {
            engine.topics().delete("doomed");
            throw new AssertionError("deleted although a branch is in doubt");
          } catch (InDoubtException e) {
            assertThat(e).hasMessageContaining(DOUBT.toString());
          }
        });
  }

  private static List<Step> deletedWithAll() {
    return List.of(
        create(KEYS),
        create(TopicConfig.of("doomed")),
        send("doomed", "a", "1"),
        send("doomed", "b", "2"),
        send("doomed", "c", "3"),
        join(),
        parkAndAcknowledge(),
        prepare(),
        prepareElsewhere(),
        Step.checkpoint(),
        refuseDeletion(),
        Step.of((engine, clock) -> engine.log().commit(DOUBT)),
        delete("doomed"),
        create(TopicConfig.of("doomed")),
        send("doomed", "a", "4"),
        join(),
        Step.checkpoint(),
        Step.of((engine, clock) -> engine.log().commit(OTHER)),
        delete("doomed"));
  }

  @Test
  void aTopicIsDeletedWithItsGroupAndWhatIsParked() throws IOException {
    Removals cuts = cuts(Durability.FORCED, deletedWithAll());
    assertThat(cuts.end().topics()).containsOnlyKeys("keys");
    assertThat(cuts.end().payloads("keys")).containsExactly("doubt", "other");
    assertThat(cuts.end().groups()).isEmpty();
    assertThat(cuts.end().inDoubt()).isEmpty();
    CutFloor.DELETION_WITH_GROUP.reached(cuts.everywhere(), SEED);
  }

  @Test
  void secondLives() throws Exception {
    int cuts = 0;
    for (List<Step> steps :
        List.of(compacted(), retained(), alteredAndDeleted(), emptied(), deletedWithAll())) {
      cuts += cuts(Durability.FORCED, steps).secondLives(13, 11);
    }
    CutFloor.REMOVALS_TWICE.reached(cuts, SEED);
  }

  /** What a checkpoint has seen is durable all the same; what came later is lost from its end. */
  @Test
  void withoutForces() throws Exception {
    int cuts = 0;
    for (List<Step> steps : List.of(compacted(), retained(), emptied(), deletedWithAll())) {
      cuts += cuts(Durability.OS, steps).everywhere();
    }
    CutFloor.REMOVALS_UNFORCED.reached(cuts, SEED);
  }
}
