package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.CorruptLogException;
import dev.lockstep.MessageId;
import dev.lockstep.StartFrom;
import dev.lockstep.engine.Ledger.Entry;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.StorageFile;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damages the files of a closed log and opens it: either it is refused, names the file and changes
 * nothing, or it opens and exactly what was not damaged is there.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class DamageTest {
  private static final Membership BILLING = new Membership("billing", "orders");
  private static final String FIRST = "0000000000000000.segment";
  private static final String SECOND = "0000000000000001.segment";
  private static final String INDEX = "00000001-0000-0000000000000000-00000001.index";
  private static final String OTHER_INDEX = "00000001-0001-0000000000000000-00000002.index";
  private static final int FRAME_HEADER = 24;
  private static final int MESSAGE_FIELDS = 64;

  private final Ledger ledger = new Ledger();
  private PowerCutStorage storage = new PowerCutStorage(5);

  @BeforeEach
  void write() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 2);
      for (int i = 0; i < 8; i++) {
        Work.Transaction transaction = work.begin();
        transaction.send("orders", "key" + i, 10_000);
        transaction.commitOnePhase();
      }
      try (Subscription member = work.join("billing", "orders", StartFrom.EARLIEST)) {
        Work.Transaction consumed = work.begin();
        consumed.take(member, BILLING, 3);
        consumed.commitOnePhase();
        Work.Transaction undecided = work.begin();
        undecided.take(member, BILLING, 1);
        undecided.send("orders", "key", 100);
        undecided.prepare();
      }
      work.send("orders", "last");
      TestLogs.awaitIdle(storage);
    }
    storage = TestLogs.again(storage);
  }

  /** As after a kill: no checkpoint, the whole log is read. */
  private void withoutCheckpoint() throws IOException {
    storage.delete("checkpoint");
    storage.forceDirectory();
  }

  private static Map<String, byte[]> contents(PowerCutStorage storage) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    for (String name : storage.names()) {
      contents.put(name, storage.contents(name));
    }
    return contents;
  }

  /** The open is refused with such a message, twice, and leaves all files as they are. */
  private void assertRefused(String... message) throws IOException {
    Map<String, byte[]> before = contents(storage);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> TestLogs.open(storage))
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContainingAll(message);
      storage = TestLogs.again(storage);
    }
    Map<String, byte[]> after = contents(storage);
    assertThat(after.keySet()).isEqualTo(before.keySet());
    after.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(before.get(name)));
  }

  /** Everything is there, also after one more open. */
  private void assertWhole() throws IOException {
    for (int i = 0; i < 2; i++) {
      try (Engine engine = TestLogs.open(storage)) {
        Examiner.examine(new Work(engine, ledger));
      }
      storage = TestLogs.again(storage);
    }
  }

  private Entry entry(int number) {
    return List.copyOf(ledger.entries()).get(number);
  }

  /** Where the frame of the only message of a transaction starts in a segment. */
  private int frame(String segment, Entry entry) {
    String text = new String(storage.contents(segment), StandardCharsets.ISO_8859_1);
    int payload = text.indexOf(new String(start(entry), StandardCharsets.ISO_8859_1));
    assertThat(payload).isPositive();
    return payload - entry.sent().get(0).key().length() - MESSAGE_FIELDS - FRAME_HEADER;
  }

  private static byte[] start(Entry entry) {
    return Arrays.copyOf(entry.sent().get(0).payload(), 20);
  }

  private void flip(String name, int offset) {
    storage.damage(name, offset, (byte) (storage.contents(name)[offset] ^ 0x90));
  }

  private void cut(String name, long size) throws IOException {
    try (StorageFile file = storage.open(name)) {
      file.truncate(size);
      file.force();
    }
  }

  /** The file of the same chunk: a rebuilt one has another generation. */
  private String index(String first) throws IOException {
    String chunk = first.substring(0, first.lastIndexOf('-'));
    List<String> found = storage.names().stream().filter(name -> name.startsWith(chunk)).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  @Test
  void withoutDamageAllIsThere() throws IOException {
    assertWhole();
    withoutCheckpoint();
    assertWhole();
  }

  /** Damage before the watermark. */
  @ParameterizedTest
  @CsvSource({
    "checksum, 0",
    "length, 4",
    "length, 6",
    "length, 7",
    "type, 8",
    "zero, 10",
    "incarnation, 15",
    "position, 16",
    "position, 23",
    "branch, 30",
    "payload, 5000"
  })
  void aDamagedFrameBeforeTheWatermarkIsRefused(String field, int offset) throws IOException {
    withoutCheckpoint();
    int frame = frame(FIRST, entry(1));
    flip(FIRST, frame + offset);
    assertRefused("'" + FIRST + "' in memory is damaged at byte " + frame + " (position " + frame);
    flip(FIRST, frame + offset);
    assertWhole();
  }

  @Test
  void theDamagedByteIsCountedFromTheBeginningOfItsFile() throws IOException {
    withoutCheckpoint();
    int frame = frame(SECOND, entry(7));
    flip(SECOND, frame);
    assertRefused("'" + SECOND + "'", "at byte " + frame + " (position " + (frame + 65_536) + ")");
  }

  /** Padding carries nothing, and is covered like everything else. */
  @Test
  void damagedPaddingIsRefused() throws IOException {
    withoutCheckpoint();
    int frame = frame(FIRST, entry(1));
    int body = ByteBuffer.wrap(storage.contents(FIRST)).getInt(frame + 4);
    assertThat(body % 8).isPositive();
    flip(FIRST, frame + FRAME_HEADER + body);
    assertRefused("'" + FIRST + "' in memory is damaged at byte " + frame + " (position " + frame);
    flip(FIRST, frame + FRAME_HEADER + body);
    assertWhole();
  }

  /**
   * What lies before the checkpoint's cut is checked when it is read: the partition stops there,
   * and the other one goes on to its end.
   */
  @Test
  void aDamagedMessageBeforeTheCheckpointIsNeverDelivered() throws IOException {
    PowerCutStorage origin = storage;
    storage = TestLogs.again(origin);
    List<Delivery> sound = readOneByOne("");
    Delivery damaged =
        sound.stream()
            .filter(delivery -> delivery.offset() == 1)
            .min(Comparator.comparing(Delivery::id))
            .orElseThrow();
    storage = TestLogs.again(origin);
    int frame = frame(FIRST, sender(damaged.id()));
    flip(FIRST, frame + 5000);
    List<Delivery> delivered =
        readOneByOne("byte " + frame + " of file '" + FIRST + "' in memory (position " + frame);
    assertThat(delivered)
        .extracting(Delivery::id)
        .containsExactlyInAnyOrderElementsOf(
            sound.stream()
                .filter(
                    delivery ->
                        delivery.partition() != damaged.partition()
                            || delivery.offset() < damaged.offset())
                .map(Delivery::id)
                .toList());
  }

  private Entry sender(MessageId id) {
    return ledger.entries().stream()
        .filter(entry -> entry.sent().stream().anyMatch(message -> message.id().equals(id)))
        .findFirst()
        .orElseThrow();
  }

  /** Reads from one partition and the other in turn, and expects each refusal to say so. */
  private List<Delivery> readOneByOne(String refusal) throws IOException {
    List<Delivery> delivered = new ArrayList<>();
    try (Engine engine = TestLogs.open(storage);
        Subscription member = engine.log().subscribe("reader", "orders", StartFrom.EARLIEST)) {
      for (int i = 0; i < 50; i++) {
        try {
          delivered.addAll(member.fetch(1, Duration.ZERO));
        } catch (CorruptLogException e) {
          assertThat(refusal).isNotEmpty();
          assertThat(e).hasMessageContaining(refusal);
        }
      }
    }
    return delivered;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 8, 12, 16, 31, 32, 39, 40, 48, 55, 56, 63})
  void aDamagedSegmentHeaderIsRefused(int offset) throws IOException {
    flip(FIRST, offset);
    assertRefused("header of file '" + FIRST + "' in memory is damaged");
    flip(FIRST, offset);
    assertWhole();
  }

  @Test
  void aTruncatedSegmentIsRefused() throws IOException {
    PowerCutStorage origin = storage;
    for (String name : new String[] {FIRST, SECOND}) {
      storage = TestLogs.again(origin);
      cut(name, 30_000);
      assertRefused("'" + name + "' in memory ends at byte 30000 and had at least 65536 bytes");
      cut(name, 100);
      assertRefused("'" + name + "' in memory ends at byte 100 and had at least 65536 bytes");
      cut(name, 20);
      assertRefused("header of file '" + name + "' in memory is damaged");
    }
    storage = TestLogs.again(origin);
    withoutCheckpoint();
    cut(FIRST, 30_000);
    assertRefused("'" + FIRST + "' in memory ends at byte 30000 and had at least 65536 bytes");
  }

  @Test
  void aMissingSegmentIsRefused() throws IOException {
    PowerCutStorage origin = storage;
    storage = TestLogs.again(origin);
    storage.delete(SECOND);
    assertRefused("no segment file in memory holds it"); // the checkpoint goes on there
    withoutCheckpoint();
    assertRefused("'" + SECOND + "' in memory is missing");
    storage = TestLogs.again(origin);
    withoutCheckpoint();
    storage.delete(FIRST);
    assertRefused("file 'checkpoint' in memory is missing", "segments at the beginning of the log");
    storage = TestLogs.again(origin);
    for (String name : storage.names()) {
      if (name.endsWith(".segment")) {
        storage.delete(name);
      }
    }
    assertRefused("'" + FIRST + "' in memory is missing, and the checkpoint counts on it");
    storage.delete(INDEX); // now the checkpoint's position counts no more, only its watermark
    assertRefused("no segment file in memory");
  }

  @Test
  void aMissingSegmentThatTheCheckpointCountsOnIsRefused() throws IOException {
    PowerCutStorage origin = storage;
    storage = TestLogs.again(origin);
    storage.delete(FIRST);
    assertRefused("'" + FIRST + "' in memory is missing, and the checkpoint counts on it");
    storage = TestLogs.again(origin);
    assertWhole();
  }

  @Test
  void swappedSegmentsAreRefused() throws IOException {
    storage.rename(FIRST, "swap");
    storage.rename(SECOND, FIRST);
    storage.rename("swap", SECOND);
    assertRefused("file '" + FIRST + "' in memory was written as '" + SECOND + "'");
  }

  @Test
  void aSegmentOfAnotherLogIsRefused() throws IOException {
    PowerCutStorage foreign = new PowerCutStorage(6);
    TestLogs.open(foreign).close();
    storage.damage(FIRST, 0, Arrays.copyOf(foreign.contents(FIRST), 4096));
    assertRefused("file '" + FIRST + "' in memory was written as '" + FIRST + "' of log ");
  }

  @Test
  void anIndexThatIsGoneOrShortIsRebuilt() throws IOException {
    storage.delete(INDEX);
    assertWhole();
    cut(index(OTHER_INDEX), 33);
    assertWhole();
    cut(index(OTHER_INDEX), 0);
    storage.delete(index(INDEX));
    withoutCheckpoint();
    assertWhole();
  }

  @Test
  void swappedIndexesAreRefusedByTheirReadersAndRebuiltOnceDeleted() throws IOException {
    int entries = Math.min(storage.contents(INDEX).length, storage.contents(OTHER_INDEX).length);
    byte[] one = Arrays.copyOf(storage.contents(INDEX), entries);
    byte[] two = Arrays.copyOf(storage.contents(OTHER_INDEX), entries);
    storage.damage(INDEX, 0, two);
    storage.damage(OTHER_INDEX, 0, one);
    assertReaderIsTold(List.of(), "is damaged at byte 0. Close the log, delete that file");
    storage.delete(INDEX);
    assertWhole();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 12, 16, 22, 24, 28, 31, 32})
  void aDamagedIndexEntryIsNamedAndRebuiltOnceDeleted(int offset) throws IOException {
    PowerCutStorage origin = storage;
    storage = TestLogs.again(origin);
    List<MessageId> ofTheOther =
        readOneByOne("").stream()
            .filter(delivery -> delivery.partition() == 1)
            .map(Delivery::id)
            .toList();
    assertThat(ofTheOther).isNotEmpty();
    storage = TestLogs.again(origin);
    flip(INDEX, offset);
    // All entries of the partition share the page: nothing of it is delivered.
    assertReaderIsTold(ofTheOther, "file '" + INDEX + "' in memory is damaged at byte 0");
    storage.delete(INDEX);
    assertWhole();
  }

  /** Exactly these are delivered, in that order, and the rest is refused. */
  private void assertReaderIsTold(List<MessageId> survivors, String... message) throws IOException {
    List<MessageId> delivered = new ArrayList<>();
    int refusals = 0;
    try (Engine engine = TestLogs.open(storage);
        Subscription member = engine.log().subscribe("reader", "orders", StartFrom.EARLIEST)) {
      for (int i = 0; i < 20; i++) {
        try {
          member.fetch(100, Duration.ZERO).forEach(delivery -> delivered.add(delivery.id()));
        } catch (CorruptLogException e) {
          assertThat(e).hasMessageContainingAll(message);
          refusals++;
        }
      }
      assertThat(delivered).isEqualTo(survivors);
      assertThat(refusals).isPositive();
      ledger.group(new Membership("reader", "orders"), TestLogs.groupFromStart(2));
    }
    storage = TestLogs.again(storage);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 12, 16, 32, 40, 56, 80})
  void aDamagedCheckpointIsRebuilt(int offset) throws IOException {
    flip("checkpoint", offset);
    assertWhole();
  }

  @Test
  void aCheckpointThatIsGoneShortOrOfAnotherLogIsRebuilt() throws IOException {
    withoutCheckpoint();
    assertWhole();
    cut("checkpoint", 30);
    assertWhole();
    cut("checkpoint", 0);
    assertWhole();
    PowerCutStorage foreign = new PowerCutStorage(6);
    TestLogs.open(foreign).close();
    byte[] other = foreign.contents("checkpoint");
    cut("checkpoint", other.length);
    storage.damage("checkpoint", 0, other);
    assertWhole();
  }

  @Test
  void anIdentityThatIsGoneOrDamagedIsRefused() throws IOException {
    PowerCutStorage origin = storage;
    storage = TestLogs.again(origin);
    for (int offset = 0; offset < 64; offset++) {
      flip("identity", offset);
      assertRefused("file 'identity' in memory is damaged");
      flip("identity", offset);
    }
    cut("identity", 63);
    assertRefused("file 'identity' in memory is damaged");
    storage.delete("identity");
    assertRefused("has segment files, such as " + FIRST + ", but no file 'identity'");
    storage = TestLogs.again(origin);
    assertWhole();
  }

  @Test
  void whatDoesNotBelongToTheLogIsLeftAlone() throws IOException {
    storage.create("README.txt").close();
    storage.create("0000000000000000.segment.bak").close();
    assertWhole();
    assertThat(storage.names()).contains("README.txt", "0000000000000000.segment.bak");
  }

  /** Behind the checkpoint the log is refused; before it, the checkpoint says what was done. */
  @Test
  void aDamagedDecisionByHandIsRefused() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, ledger);
      List<Entry> undecided =
          ledger.entries().stream().filter(entry -> entry.is(Ledger.State.UNDECIDED)).toList();
      work.recovered(undecided.get(0)).resolve(Branch.Outcome.COMMITTED);
      work.send("orders", "idle again");
      TestLogs.awaitIdle(storage);
    }
    storage = TestLogs.again(storage);
    String name =
        storage.names().stream()
            .filter(file -> file.endsWith(".segment") && indexOfReason(file) > 0)
            .findFirst()
            .orElseThrow();
    int at = indexOfReason(name);
    flip(name, at);
    assertWhole();
    withoutCheckpoint();
    assertRefused("'" + name + "' in memory is damaged at byte ");
    flip(name, at);
    assertWhole();
  }

  private int indexOfReason(String name) {
    String text = new String(storage.contents(name), StandardCharsets.ISO_8859_1);
    byte[] reason = Work.REASON.getBytes(StandardCharsets.UTF_8);
    return text.indexOf(new String(reason, StandardCharsets.ISO_8859_1));
  }
}
