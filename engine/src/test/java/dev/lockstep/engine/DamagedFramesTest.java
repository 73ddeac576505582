package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Compression;
import dev.lockstep.CorruptLogException;
import dev.lockstep.Headers;
import dev.lockstep.MessageId;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.engine.index.IndexEntry;
import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.DumpQuery;
import dev.lockstep.engine.inspect.Finding;
import dev.lockstep.engine.inspect.FrameView;
import dev.lockstep.engine.inspect.Progress;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.TransactionRecords;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Damages frames of every type, one at a time, in a log that has compressed, moved and removed
 * messages and given room back. Before the checkpoint exactly the messages of that frame are lost,
 * each is refused by name, and all the rest is there; behind it the log is refused.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class DamagedFramesTest {
  private static final int FRAME_HEADER = 24;
  private static final int TYPE = 8;
  private static final int ALL = 1000;
  private static final Map<String, Integer> PARTITIONS = Map.of("orders", 2, "texts", 1, "few", 1);

  private final Map<MessageId, String> sent = new HashMap<>();
  private final Map<String, Integer> damaged = new TreeMap<>();
  private int branches;

  private Branch begin(Engine engine) {
    byte[] name = {(byte) (++branches >> 8), (byte) branches};
    return engine.log().begin(BranchId.of(3, name, new byte[0]));
  }

  private void send(Branch branch, String topic, String key, int size) {
    String payload = (topic + " " + sent.size() + " " + "x".repeat(size)).substring(0, size);
    MessageId id =
        branch.append(
            new Envelope(
                topic,
                Optional.of(key.getBytes(StandardCharsets.UTF_8)),
                payload.getBytes(StandardCharsets.UTF_8),
                Headers.empty()));
    sent.put(id, payload);
  }

  /** What stays, of each kind of frame, in either way of ending. */
  private void some(Engine engine, int number) {
    for (int i = 0; i < 4; i++) {
      Branch branch = begin(engine);
      send(branch, "orders", "key" + i, 300);
      send(branch, "orders", "other" + i, 200);
      for (int j = 0; j < 5; j++) {
        send(branch, "texts", "key" + j, 400);
      }
      send(branch, "few", "key", 100);
      branch.commitOnePhase();
    }
    Branch decided = begin(engine);
    send(decided, "orders", "decided", 300);
    decided.prepare(Decider.TRANSACTION_MANAGER, new byte[] {1});
    engine.log().commit(decided.id());
    byHand(engine);
    Branch doubt = begin(engine);
    send(doubt, "orders", "doubt", 300);
    send(doubt, "texts", "doubt", 300);
    doubt.prepare(Decider.TRANSACTION_MANAGER, new byte[] {2});
    consume(engine);
    engine.topics().create(TopicConfig.of("gone" + number));
    engine.topics().delete("gone" + number);
    engine.log().subscribe("gone" + number, "orders", StartFrom.EARLIEST).close();
    engine.groups().delete("gone" + number);
    TransactionRecords records = engine.log().records().orElseThrow();
    records.write("decision", new byte[] {(byte) number}, new byte[100]);
    records.write("decision", new byte[] {9}, new byte[200]);
    records.remove("decision", new byte[] {9});
    assertThat(engine.transactions().inDoubt()).isNotEmpty(); // waits for what was deferred
  }

  /** Both outcomes by hand; one is forgotten. */
  private void byHand(Engine engine) {
    Branch committed = begin(engine);
    send(committed, "orders", "by hand", 300);
    committed.prepare(Decider.TRANSACTION_MANAGER, new byte[] {3});
    engine.transactions().commit(committed.id().toString(), "as planned", Resolve.FORCED);
    Branch forgotten = begin(engine);
    send(forgotten, "texts", "by hand", 300);
    forgotten.prepare(Decider.TRANSACTION_MANAGER, new byte[] {4});
    engine.transactions().rollback(forgotten.id().toString(), "as planned", Resolve.FORCED);
    engine.transactions().forget(forgotten.id().toString(), "as planned");
  }

  private static List<String> byHandOf(Engine engine) {
    List<String> all = new ArrayList<>();
    engine.log().heuristics().forEach(by -> all.add(by.toString()));
    engine
        .transactions()
        .audit()
        .forEach(by -> all.add(by.at() + " " + by.action() + " " + by.transactionId()));
    return all;
  }

  private void consume(Engine engine) {
    try (Subscription member = engine.log().subscribe("billing", "orders", StartFrom.EARLIEST)) {
      Branch branch = begin(engine);
      Delivery taken = member.fetch(1, Duration.ZERO).get(0);
      branch.acknowledge(
          "billing",
          "orders",
          taken.partition(),
          taken.coversFrom(),
          taken.offset() + 1,
          member.memberEpoch());
      Delivery parked = member.fetch(1, Duration.ZERO).get(0);
      branch.park(
          "billing",
          "orders",
          parked.partition(),
          parked.offset(),
          Instant.now().plus(Duration.ofDays(1)),
          1,
          member.memberEpoch());
      branch.commitOnePhase();
    }
    long end = engine.topics().find("few").orElseThrow().endOffset(0);
    engine.groups().reset("billing", "few", 0, end);
  }

  /** Large and of no use: it makes the segments worth emptying. */
  private void dead(Engine engine) {
    for (int i = 0; i < 9; i++) {
      Branch dead = begin(engine);
      dead.append(new Envelope("orders", Optional.empty(), new byte[14_000 + i], Headers.empty()));
      dead.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
      dead.rollback();
    }
  }

  /** A log whose first messages have moved. It is closed, or killed behind its checkpoint. */
  private PowerCutStorage write(boolean closed) throws IOException {
    PowerCutStorage storage = new PowerCutStorage(5);
    Engine engine = TestLogs.open(storage);
    engine.topics().create(TopicConfig.of("orders").partitions(2));
    engine.topics().create(TopicConfig.of("texts").compression(Compression.LZ4));
    engine.topics().create(TopicConfig.of("few").retainBytes(400).compacted(Duration.ofDays(1)));
    engine.log().subscribe("billing", "few", StartFrom.EARLIEST).close();
    some(engine, 1);
    engine.reclaimNow();
    do { // as often as it takes: the store's thread has a say in what is copied, and when
      dead(engine);
      engine.reclaimNow();
    } while (storage.names().contains("0000000000000000.segment"));
    if (closed) {
      some(engine, 2);
      engine.reclaimNow(); // what it removes now stays in the log until the next time
      engine.close();
      return TestLogs.again(storage);
    }
    some(engine, 2);
    TestLogs.awaitIdle(storage);
    PowerCutStorage killed = TestLogs.again(storage);
    TestLogs.closeFailed(engine);
    return killed;
  }

  private static List<FrameView> frames(PowerCutStorage storage) throws IOException {
    List<FrameView> frames = new ArrayList<>();
    ClosedDirectory.of(TestLogs.again(storage))
        .dump(DumpQuery.ALL, frames::add, damage -> assertThat(damage).isNull());
    return frames;
  }

  private static long cut(PowerCutStorage storage) throws IOException {
    return ClosedDirectory.of(TestLogs.again(storage)).overview().checkpoint().from().position();
  }

  /** One byte of the body, or the type of a frame that has none. */
  private PowerCutStorage damage(PowerCutStorage origin, FrameView frame) {
    PowerCutStorage storage = TestLogs.again(origin);
    int at = (int) frame.at() + (frame.length() > FRAME_HEADER ? FRAME_HEADER : TYPE);
    storage.damage(frame.file(), at, (byte) (storage.contents(frame.file())[at] ^ 0x90));
    damaged.merge(frame.type(), 1, Integer::sum);
    return storage;
  }

  @Test
  void beforeTheCheckpointExactlyTheMessagesOfTheFrameAreLost() throws IOException {
    PowerCutStorage origin = write(true);
    long cut = cut(origin);
    Map<String, List<Long>> groups;
    Map<String, List<Long>> offsets;
    List<String> byHand;
    try (Engine engine = TestLogs.open(TestLogs.again(origin))) {
      groups = groups(engine);
      byHand = byHandOf(engine);
      assertThat(byHand).hasSize(8);
      offsets = offsets(engine);
      assertSurvivors(engine, -1);
      assertThat(undecided(engine)).hasSize(2);
    }
    for (FrameView frame : frames(origin)) {
      if (frame.position() < cut) {
        PowerCutStorage storage = damage(origin, frame);
        try (Engine engine = TestLogs.open(storage)) {
          assertThat(groups(engine)).as("%s", frame).isEqualTo(groups);
          assertThat(byHandOf(engine)).as("%s", frame).isEqualTo(byHand);
          assertThat(offsets(engine)).as("%s", frame).isEqualTo(offsets);
          assertThat(engine.log().records().orElseThrow().keys("decision")).hasSize(2);
          assertSurvivors(engine, frame.position());
          // In doubt it keeps nobody up; once it is committed, its message is as any other.
          List<BranchId> undecided = undecided(engine);
          assertThat(undecided).hasSize(2);
          undecided.forEach(engine.log()::commit);
          assertSurvivors(engine, frame.position());
        }
        try (Engine engine = TestLogs.open(TestLogs.again(storage))) {
          assertThat(undecided(engine)).isEmpty();
          assertSurvivors(engine, frame.position());
        }
      }
    }
    System.out.println("DamagedFramesTest: before the checkpoint " + damaged);
    assertThat(damaged)
        .containsKeys(
            "message",
            "copy",
            "batch",
            "batch-copy",
            "moved",
            "prepare",
            "commit",
            "resolved",
            "forgotten",
            "group",
            "group-position",
            "group-deleted",
            "topic",
            "topic-deleted",
            "trim",
            "drop",
            "record",
            "record-removed",
            "watermark");
  }

  /** A branch whose message is damaged can be rolled back, and then nothing is lost. */
  @Test
  void aDamagedMessageOfABranchThatIsRolledBackIsNoLoss() throws IOException {
    PowerCutStorage origin = write(true);
    long position;
    try (Engine engine = TestLogs.open(TestLogs.again(origin))) {
      position = engine.state().prepared().all().get(0).messages().get(0).frame().position();
    }
    FrameView frame =
        frames(origin).stream().filter(f -> f.position() == position).findFirst().orElseThrow();
    PowerCutStorage storage = damage(origin, frame);
    assertThat(ClosedDirectory.of(TestLogs.again(storage)).verify(Progress.NONE).findings())
        .extracting(Finding::kind)
        .containsExactlyInAnyOrder(Finding.Kind.FRAME, Finding.Kind.BRANCH);
    storage = damage(origin, frame);
    try (Engine engine = TestLogs.open(storage)) {
      undecided(engine).forEach(engine.log()::rollback);
      assertSurvivors(engine, position);
      assertThat(total(engine)).isEqualTo(total(origin));
    }
    storage = TestLogs.again(storage);
    assertThat(total(storage)).isEqualTo(total(origin));
  }

  @Test
  void behindTheCheckpointTheLogIsRefused() throws IOException {
    PowerCutStorage origin = write(false);
    long cut = cut(origin);
    List<FrameView> behind =
        new ArrayList<>(frames(origin).stream().filter(f -> f.position() >= cut).toList());
    behind.remove(behind.size() - 1); // of the last watermark no other one tells
    for (FrameView frame : behind) {
      PowerCutStorage storage = damage(origin, frame);
      byte[] before = storage.contents(frame.file());
      assertThatThrownBy(() -> TestLogs.open(storage))
          .as("%s", frame)
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContaining(
              "'"
                  + frame.file()
                  + "' in memory is damaged at byte "
                  + frame.at()
                  + " (position "
                  + frame.position());
      assertThat(TestLogs.again(storage).contents(frame.file())).isEqualTo(before);
    }
    System.out.println("DamagedFramesTest: behind the checkpoint " + damaged);
    assertThat(damaged)
        .containsKeys(
            "message",
            "batch",
            "prepare",
            "commit",
            "resolved",
            "forgotten",
            "group",
            "group-position",
            "group-deleted",
            "topic",
            "topic-deleted",
            "record",
            "record-removed",
            "watermark");
  }

  /**
   * Of each partition there is everything up to the first message of the frame, which is refused
   * with the frame's position, and everything behind the last one.
   */
  private void assertSurvivors(Engine engine, long position) throws IOException {
    for (Map.Entry<String, Integer> topic : PARTITIONS.entrySet()) {
      for (int i = 0; i < topic.getValue(); i++) {
        List<IndexEntry> entries =
            engine.state().topics().topic(topic.getKey()).partition(i).entries(0, ALL);
        List<Integer> lost =
            IntStream.range(0, entries.size())
                .filter(n -> entries.get(n).frame().position() == position)
                .boxed()
                .toList();
        int from = lost.isEmpty() ? entries.size() : lost.get(0);
        PartitionRead before = read(engine, topic.getKey(), i, 0);
        assertThat(before.offsets()).isEqualTo(offsets(entries.subList(0, from)));
        assertThat(before.refusal().isPresent()).isEqualTo(!lost.isEmpty());
        if (!lost.isEmpty()) {
          assertThat(before.refusal().get()).contains("(position " + position + ")");
          int to = lost.get(lost.size() - 1) + 1;
          assertThat(lost).hasSize(to - from);
          long next = entries.get(to - 1).offset() + 1;
          PartitionRead behind = read(engine, topic.getKey(), i, next);
          assertThat(behind.offsets()).isEqualTo(offsets(entries.subList(to, entries.size())));
          assertThat(behind.refusal()).isEmpty();
        }
      }
    }
  }

  private PartitionRead read(Engine engine, String topic, int partition, long from) {
    PartitionRead read = PartitionRead.of(engine, topic, partition, from);
    for (Delivery delivery : read.deliveries()) {
      assertThat(new String(delivery.envelope().payload(), StandardCharsets.UTF_8))
          .isEqualTo(sent.get(delivery.id()));
    }
    return read;
  }

  private static List<Long> offsets(List<IndexEntry> entries) {
    return entries.stream().map(IndexEntry::offset).toList();
  }

  /** Where the messages of each partition are. */
  private static Map<String, List<Long>> offsets(Engine engine) throws IOException {
    Map<String, List<Long>> offsets = new TreeMap<>();
    for (Map.Entry<String, Integer> topic : PARTITIONS.entrySet()) {
      for (int i = 0; i < topic.getValue(); i++) {
        List<IndexEntry> entries =
            engine.state().topics().topic(topic.getKey()).partition(i).entries(0, ALL);
        offsets.put(topic.getKey() + " " + i, offsets(entries));
      }
    }
    return offsets;
  }

  private static int total(Engine engine) throws IOException {
    return offsets(engine).values().stream().mapToInt(List::size).sum();
  }

  private static int total(PowerCutStorage storage) throws IOException {
    try (Engine engine = TestLogs.open(TestLogs.again(storage))) {
      return total(engine);
    }
  }

  /** Where each group stands, and how many messages are parked. */
  private static Map<String, List<Long>> groups(Engine engine) {
    Map<String, List<Long>> groups = new TreeMap<>();
    for (String name : engine.groups().names()) {
      for (Map.Entry<String, Integer> topic : PARTITIONS.entrySet()) {
        engine
            .groups()
            .find(name, topic.getKey())
            .ifPresent(
                info -> {
                  List<Long> figures = new ArrayList<>(List.of(info.parked()));
                  for (int i = 0; i < topic.getValue(); i++) {
                    figures.add(info.committed(i).orElse(-1));
                  }
                  groups.put(name + " " + topic.getKey(), figures);
                });
      }
    }
    return groups;
  }

  private static List<BranchId> undecided(Engine engine) {
    return engine.log().undecided(Decider.TRANSACTION_MANAGER).stream().map(Undecided::id).toList();
  }
}
