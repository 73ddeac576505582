package dev.lockstep.engine.fuzz;

import dev.lockstep.Compression;
import dev.lockstep.Headers;
import dev.lockstep.MessageId;
import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions.Action;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.engine.batch.BatchBuilder;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.frame.Ack;
import dev.lockstep.engine.frame.AuditBody;
import dev.lockstep.engine.frame.AuditBody.Actor;
import dev.lockstep.engine.frame.BatchBody;
import dev.lockstep.engine.frame.CommitBody;
import dev.lockstep.engine.frame.DropBody;
import dev.lockstep.engine.frame.ForgottenBody;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.GroupBody.Place;
import dev.lockstep.engine.frame.GroupDeletedBody;
import dev.lockstep.engine.frame.GroupPositionBody;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.frame.MovedBody;
import dev.lockstep.engine.frame.Park;
import dev.lockstep.engine.frame.PrepareBody;
import dev.lockstep.engine.frame.Range;
import dev.lockstep.engine.frame.RecordBody;
import dev.lockstep.engine.frame.RecordKey;
import dev.lockstep.engine.frame.RecordRemovedBody;
import dev.lockstep.engine.frame.ResolvedBody;
import dev.lockstep.engine.frame.RollbackBody;
import dev.lockstep.engine.frame.SpilledBody;
import dev.lockstep.engine.frame.TakenBackBody;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.frame.TopicDeletedBody;
import dev.lockstep.engine.frame.TrimBody;
import dev.lockstep.engine.index.ChunkInfo;
import dev.lockstep.engine.index.Compacted;
import dev.lockstep.engine.index.LiveBytes;
import dev.lockstep.engine.index.PartitionManifest;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.log.LogDecoders;
import dev.lockstep.engine.tx.HeuristicBranch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.Envelope;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Gives every decoder sound bodies with a few changes, and noise. Seeded; the seed is printed. */
@Timeout(120)
class DecoderFuzzTest {
  private static final long SEED = Long.getLong("lockstep.fuzz.seed", 20250101);
  private static final int INPUTS = 300_000;
  private static final Duration LIMIT = Duration.ofSeconds(100);

  @Test
  void decodersTakeOnlyWhatIsThere() throws Exception {
    List<byte[]> sound = sound();
    Assertions.assertTimeoutPreemptively(
        LIMIT,
        () -> {
          Random random = new Random(SEED);
          for (int i = 0; i < INPUTS; i++) {
            byte[] input = changed(sound.get(random.nextInt(sound.size())), random);
            try {
              Decoders.ALL.forEach(decoder -> Decoders.decode(decoder, ByteBuffer.wrap(input)));
            } catch (Throwable e) {
              throw new AssertionError(HexFormat.of().formatHex(input), e);
            }
          }
        });
    System.out.println(
        "DecoderFuzzTest: "
            + INPUTS
            + " inputs to "
            + Decoders.ALL.size()
            + " decoders, seed "
            + SEED);
  }

  private static byte[] changed(byte[] sound, Random random) {
    byte[] bytes = sound;
    if (random.nextInt(8) == 0) {
      bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      return bytes;
    }
    List<Mutation> mutations =
        List.of(
            Mutation.FLIP,
            Mutation.NUMBER,
            Mutation.OVERWRITE,
            Mutation.INSERT,
            Mutation.REMOVE,
            Mutation.TRUNCATE);
    for (int n = 1 + random.nextInt(3); n > 0 && bytes.length > 0; n--) {
      Mutation mutation = mutations.get(random.nextInt(mutations.size()));
      bytes = mutation.of(bytes, new Mutation.Other("", sound), random);
    }
    return bytes;
  }

  private static List<byte[]> sound() throws Exception {
    BranchId id = BranchId.of(1, new byte[] {1, 2, 3}, new byte[] {4});
    List<Range> ranges = List.of(new Range(5, 9), new Range(10, 11));
    List<Park> parks = List.of(new Park(9, 1_000, 1), new Park(12, 2_000, 7));
    List<Ack> acks =
        List.of(
            new Ack("billing", 1, 0, 77, ranges, parks),
            new Ack("b", 2, 1, 78, List.of(new Range(0, 1)), List.of()));
    Envelope envelope =
        new Envelope(
            "orders",
            Optional.of(bytes("key")),
            bytes("payload"),
            Headers.empty().with("one", bytes("1")).with("two", bytes("22")),
            Envelope.Kind.MESSAGE,
            Optional.of(Instant.EPOCH),
            Optional.of("once"));
    AuditBody audit =
        new AuditBody(
            1, Action.COMMIT, Resolve.FORCED, Decision.UNKNOWN, id, Actor.of("u", "h", 3), "why");
    ByteBuffer group = ByteBuffer.allocate(200);
    new GroupBody("billing", 1, List.of(Place.at(3), new Place(4, ranges, parks))).put(group);
    PowerCutStorage directory = Truth.reclaimed(SEED).copy();
    List<String> names = directory.names();
    String index = names.stream().filter(n -> n.endsWith(".index")).findFirst().orElseThrow();
    String segment = names.stream().filter(n -> n.endsWith(".segment")).findFirst().orElseThrow();
    return List.of(
        Files.read(directory, "checkpoint"),
        Files.read(Truth.write(SEED).copy(), "checkpoint"),
        Files.read(directory, "identity"),
        Arrays.copyOf(Files.read(directory, index), 300),
        Arrays.copyOfRange(Files.read(directory, segment), 4096, 4096 + 800),
        LogDecoders.soundHeader(),
        batch(envelope),
        manifest(),
        LogDecoders.body(
            new TrimBody(List.of(new TrimBody.Trim(1, 0, 5), new TrimBody.Trim(1, 1, 7))).encode()),
        LogDecoders.body(new DropBody(1, 0, new long[] {3, 4, 900, 70_000}).encode()),
        LogDecoders.body(
            new MovedBody(
                    List.of(new MovedBody.Entry(1, 0, 5, 4096, 70_000)),
                    List.of(new MovedBody.Pending(1, 0, 5000, 71_000)))
                .encode()),
        LogDecoders.body(new TopicDeletedBody(1).encode()),
        LogDecoders.body(new SpilledBody(1, 2).encode()),
        LogDecoders.body(new TakenBackBody(1, 2).encode()),
        LogDecoders.body(new GroupPositionBody("billing", 1, Map.of(0, 5L, 2, 7L)).encode()),
        LogDecoders.body(new GroupDeletedBody("billing").encode()),
        LogDecoders.body(MessageBody.encode(envelope, 1, MessageId.of(1, 2, 3), 1, 0, 0)),
        LogDecoders.body(
            new PrepareBody(1, 2, Decider.DATABASE, 3, id, bytes("note"), acks).encode()),
        LogDecoders.body(
            new CommitBody(
                    1,
                    2,
                    CommitBody.Phase.ONE,
                    List.of(new CommitBody.OffsetRange(1, 0, 0, 5)),
                    acks)
                .encode()),
        LogDecoders.body(new RollbackBody(1, 2).encode()),
        LogDecoders.body(new RecordBody(RecordKey.of("type", new byte[9]), new byte[7]).encode()),
        LogDecoders.body(new RecordRemovedBody(RecordKey.of("type", new byte[9])).encode()),
        LogDecoders.body(
            new ResolvedBody(1, List.of(new CommitBody.OffsetRange(1, 0, 0, 5)), audit).encode()),
        LogDecoders.body(new ForgottenBody(1, Optional.of(audit)).encode()),
        heuristic(new PrepareBody(1, 2, Decider.DATABASE, 3, id, bytes("note"), List.of())),
        LogDecoders.body(
            new TopicBody(1, TopicConfig.of("orders").retainFor(Duration.ofDays(1))).encode()),
        group.flip().array());
  }

  private static byte[] heuristic(PrepareBody body) {
    HeuristicBranch branch =
        new HeuristicBranch(body, Outcome.COMMITTED, 4, "why", Map.of(1, 2, 3, 1));
    ByteBuffer buffer = ByteBuffer.allocate(branch.encodedLength());
    branch.put(buffer);
    return buffer.array();
  }

  private static byte[] batch(Envelope envelope) {
    BatchBuilder batch =
        new BatchBuilder(new DeflateCompressor(Compression.LZ4), BatchBody.MAX_BYTES);
    for (int i = 0; i < 5; i++) {
      batch.add(MessageBody.encode(envelope, 1, MessageId.of(1, 2, i), 1, 0, 0));
    }
    return LogDecoders.body(batch.frames().get(0));
  }

  private static byte[] manifest() {
    ByteBuffer manifest = ByteBuffer.allocate(200);
    ChunkInfo chunk = new ChunkInfo(0, 1, 2, 9, 8, 1_000, 2_000, 3, 4711, new LiveBytes());
    new PartitionManifest(2, 9, new Compacted(5, 4, 30_000), List.of(chunk)).put(manifest);
    return manifest.flip().array();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
