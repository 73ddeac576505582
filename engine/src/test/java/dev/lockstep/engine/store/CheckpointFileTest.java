package dev.lockstep.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Compression;
import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions.Action;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.AuditBody;
import dev.lockstep.engine.frame.AuditBody.Actor;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.GroupBody.Place;
import dev.lockstep.engine.frame.Park;
import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.frame.Range;
import dev.lockstep.engine.frame.RecordBody;
import dev.lockstep.engine.frame.RecordKey;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.index.Compacted;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.PartitionManifest;
import dev.lockstep.engine.index.Traits;
import dev.lockstep.engine.io.PowerCut;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.engine.log.KeptSegment;
import dev.lockstep.engine.store.Checkpoint.StoredTopic;
import dev.lockstep.engine.tx.HeuristicBranch;
import dev.lockstep.engine.tx.PreparedBranch;
import dev.lockstep.engine.tx.SpilledBranches.SpilledBranch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.Envelope.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The checkpoint's bytes, and that a power cut leaves a whole one: the new one or the old one. */
@Timeout(30)
class CheckpointFileTest {
  private static final UUID LOG = new UUID(1, 2);
  private static final PartitionManifest PARTITION =
      new PartitionManifest(4, 100, new Compacted(50, 40, 30_000), List.of());
  private static final TopicConfig ORDERS =
      TopicConfig.of("orders")
          .partitions(3)
          .retainFor(Duration.ofDays(7))
          .retainBytes(1L << 40)
          .retainUntilConsumed()
          .compacted(Duration.ofHours(1))
          .compression(Compression.ZSTD);

  private static final Ack ACK =
      new Ack(
          "billing",
          1,
          2,
          3,
          List.of(new Range(10, 20), new Range(22, 23)),
          List.of(new Park(20, 5_000, 4), new Park(30, 6_000, 1)));
  private static final GroupBody GROUP =
      new GroupBody(
          "billing",
          1,
          List.of(
              Place.at(1),
              new Place(2, List.of(new Range(4, 6), new Range(7, 9)), List.of()),
              new Place(3, List.of(), List.of(new Park(3, 7_000, 2)))));

  private static final AuditBody AUDIT =
      new AuditBody(
          6,
          Action.ROLLBACK,
          Resolve.FORCED,
          Decision.UNKNOWN,
          BranchId.of(6, new byte[] {4}, new byte[] {5, 6}),
          Actor.of("operator", "shop-1", 4711),
          "the manager's disk is löst");
  private static final HeuristicBranch HEURISTIC =
      new HeuristicBranch(
          new PrepareBody(
              76, 123_455, Decider.TRANSACTION_MANAGER, 3, AUDIT.id(), new byte[] {1}, List.of()),
          Outcome.ROLLED_BACK,
          6,
          AUDIT.reason(),
          Map.of(1, 2, 9, 1));

  private static Checkpoint checkpoint(long position) {
    PrepareBody prepare =
        new PrepareBody(
            77,
            123_456,
            Decider.DATABASE,
            2,
            BranchId.of(5, new byte[] {1, 2}, new byte[] {3}),
            new byte[] {9, 8, 7},
            List.of(ACK));
    List<MessageRef> messages =
        List.of(
            new MessageRef(1, 0, new FrameRef(5000, 100), new Traits(3, Kind.TOMBSTONE, 4, -5)),
            new MessageRef(2, 1, new FrameRef(6000, 200), Traits.PLAIN));
    return new Checkpoint(
        LOG,
        position,
        position + 1,
        99,
        7,
        List.of(
            new StoredTopic(new TopicBody(1, ORDERS), List.of(PARTITION, PARTITION, PARTITION)),
            new StoredTopic(new TopicBody(2, TopicConfig.of("invoices")), List.of(PARTITION))),
        List.of(GROUP),
        List.of(new PreparedBranch(prepare, messages)),
        List.of(HEURISTIC),
        List.of(AUDIT, AUDIT.at(7)),
        List.of(new SpilledBranch(78, messages)),
        List.of(new KeptSegment(3, 2, 77_777), new KeptSegment(5, 4, 99_999)),
        List.of(
            new RecordBody(RecordKey.of("decision", new byte[] {1, 2, 3}), new byte[] {4, 5}),
            new RecordBody(RecordKey.of("decision", new byte[] {6}), new byte[0])));
  }

  private static byte[] bytes(Checkpoint checkpoint) {
    return checkpoint.encode().array();
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    CheckpointFile file = new CheckpointFile(storage);
    assertThat(file.read()).isEmpty();
    file.write(checkpoint(4096));
    Checkpoint found = file.read().orElseThrow();
    assertThat(bytes(found)).isEqualTo(bytes(checkpoint(4096)));
    assertThat(found.logId()).isEqualTo(LOG);
    assertThat(found.position()).isEqualTo(4096);
    assertThat(found.watermark()).isEqualTo(4097);
    assertThat(found.latestCommit()).isEqualTo(99);
    assertThat(found.spilled()).isEqualTo(checkpoint(0).spilled());
    assertThat(found.segments()).isEqualTo(checkpoint(0).segments());
    assertThat(found.records()).hasSize(2);
    assertThat(found.records().get(0).key()).isEqualTo(checkpoint(0).records().get(0).key());
    assertThat(found.records().get(0).value()).containsExactly(4, 5);
    assertThat(found.lastTopic()).isEqualTo(7);
    assertThat(found.topics().get(0).partitions()).hasSize(3);
    assertThat(found.topics().get(1).body().name()).isEqualTo("invoices");
    assertThat(found.topics().get(0).body().config()).isEqualTo(ORDERS);
    assertThat(found.groups()).containsExactly(GROUP);
    assertThat(found.audit()).containsExactly(AUDIT, AUDIT.at(7));
    HeuristicBranch heuristic = found.heuristics().get(0);
    assertThat(heuristic.outcome()).isEqualTo(Outcome.ROLLED_BACK);
    assertThat(heuristic.body().id()).isEqualTo(AUDIT.id());
    assertThat(heuristic.time()).isEqualTo(6);
    assertThat(heuristic.reason()).isEqualTo(AUDIT.reason());
    assertThat(heuristic.messages()).isEqualTo(Map.of(1, 2, 9, 1));
    PreparedBranch branch = found.prepared().get(0);
    assertThat(branch.messages()).isEqualTo(checkpoint(0).prepared().get(0).messages());
    assertThat(branch.body().decider()).isEqualTo(Decider.DATABASE);
    assertThat(branch.body().acks()).containsExactly(ACK);
  }

  @Test
  void nothingElseIsTakenForACheckpoint() {
    byte[] whole = bytes(checkpoint(4096));
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] other = whole.clone();
      other[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(Checkpoint.decode(ByteBuffer.wrap(other))).as("bit %s", bit).isEmpty();
    }
    for (int length = 0; length < whole.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(whole, 0, length).slice();
      assertThat(Checkpoint.decode(cut)).as("length %s", length).isEmpty();
    }
  }

  @Test
  void aPowerCutLeavesTheNewOneOrTheOldOne() throws IOException {
    boolean cut = true;
    for (int n = 1; cut; n++) {
      PowerCutStorage storage = new PowerCutStorage(n);
      CheckpointFile file = new CheckpointFile(storage);
      file.write(checkpoint(1));
      // An index that the next checkpoint counts on: its bytes are forced, its name is not.
      storage.create("index").force();
      storage.cutAfter(n);
      try {
        file.write(checkpoint(2));
        cut = false;
      } catch (PowerCut e) {
        assertThatThrownBy(() -> storage.names()).isInstanceOf(PowerCut.class);
      }
      for (Loss loss : Loss.values()) {
        PowerCutStorage other = storage;
        for (int dice = 0; dice < 20; dice++) {
          examine(other, loss, n, cut);
          other = other.afterCut(Loss.KEEP); // the same cut, with other dice
        }
      }
    }
  }

  private static void examine(PowerCutStorage storage, Loss loss, int n, boolean cut)
      throws IOException {
    PowerCutStorage left = storage.afterCut(loss);
    Optional<Long> position = new CheckpointFile(left).read().map(Checkpoint::position);
    assertThat(position).as("%s at %s of %s", loss, n, storage).isPresent();
    assertThat(position.get()).as("%s at %s of %s", loss, n, storage).isIn(1L, 2L);
    if (!cut) {
      assertThat(position).hasValue(2L);
    }
    if (position.get() == 2) {
      assertThat(left.names()).as("%s at %s of %s", loss, n, storage).contains("index");
    }
  }
}
