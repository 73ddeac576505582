package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.CorruptLogException;
import dev.lockstep.StartFrom;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.engine.frame.RollbackBody;
import dev.lockstep.engine.index.SealedPages;
import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.Finding;
import dev.lockstep.engine.inspect.Finding.Kind;
import dev.lockstep.engine.inspect.Note;
import dev.lockstep.engine.inspect.Overview;
import dev.lockstep.engine.inspect.Progress;
import dev.lockstep.engine.inspect.Verification;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.StorageFile;
import dev.lockstep.engine.log.Frame;
import dev.lockstep.engine.log.SealedFrames;
import dev.lockstep.spi.Subscription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damages the files of a closed log, and sees that a verification names what is wrong. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class VerifyTest {
  private static final Membership BILLING = new Membership("billing", "orders");
  private static final String FIRST = "0000000000000000.segment";
  private static final String SECOND = "0000000000000001.segment";
  private static final int FRAME_HEADER = 24;
  private static final int MESSAGE_FIELDS = 64;

  /** The length of an entry of an index. */
  private static final int ENTRY = 32;

  /** Where the parts of a checkpoint begin whose length differs. */
  private static final int CHECKPOINT_FIXED = 60;

  /** The length of a group's place in one partition. */
  private static final int PLACE = 16;

  private final Ledger ledger = new Ledger();
  private PowerCutStorage storage = new PowerCutStorage(5);

  /** Two segments, a group, a branch in doubt; closed, so that the checkpoint knows all. */
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
        undecided.send("orders", "undecided", 100);
        undecided.prepare();
      }
    }
    storage = TestLogs.again(storage);
  }

  private static Map<String, byte[]> contents(PowerCutStorage storage) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    for (String name : storage.names()) {
      contents.put(name, storage.contents(name));
    }
    return contents;
  }

  /** Verifies, and sees that nothing was changed by it. */
  private Verification verify() throws IOException {
    Map<String, byte[]> before = contents(storage);
    int operations = storage.operations();
    // Not closed: that would close the storage, which is looked at again.
    Verification verification = ClosedDirectory.of(storage).verify(Progress.NONE);
    assertThat(storage.operations()).isEqualTo(operations);
    Map<String, byte[]> after = contents(storage);
    assertThat(after.keySet()).isEqualTo(before.keySet());
    after.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(before.get(name)));
    return verification;
  }

  private static Finding only(Verification verification) {
    assertThat(verification.findings()).hasSize(1);
    return verification.findings().get(0);
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

  private List<String> indexes() throws IOException {
    return storage.names().stream().filter(name -> name.endsWith(".index")).toList();
  }

  private void withoutCheckpoint() throws IOException {
    storage.delete("checkpoint");
    storage.forceDirectory();
  }

  /** Where the frame of a message starts in a segment. */
  private int frame(String segment, String key) {
    String text = new String(storage.contents(segment), StandardCharsets.ISO_8859_1);
    int at = text.indexOf(key);
    assertThat(at).isPositive();
    return at - MESSAGE_FIELDS - FRAME_HEADER;
  }

  @Test
  void aSoundLogIsSound() throws IOException {
    Verification verification = verify();
    assertThat(verification.findings()).isEmpty();
    assertThat(verification.notes()).isEmpty();
    assertThat(verification.checked().messages()).isEqualTo(8);
    assertThat(verification.checked().partitions()).isEqualTo(2);
    assertThat(verification.checked().groups()).isEqualTo(1);
    assertThat(verification.checked().inDoubt()).isEqualTo(1);
    assertThat(verification.checked().frames()).isGreaterThan(20);
    assertThat(verification.isSound()).isTrue();
    withoutCheckpoint();
    Verification rebuilt = verify();
    assertThat(rebuilt.findings()).isEmpty();
    assertThat(rebuilt.checked().messages()).isEqualTo(8);
    assertThat(rebuilt.notes()).extracting(Note::kind).contains(Note.Kind.NO_CHECKPOINT);
  }

  /** What a kill leaves in the middle of a write is no damage. */
  @Test
  void aTornTailIsNoDamage() throws IOException {
    PowerCutStorage open = new PowerCutStorage(9);
    Engine engine = TestLogs.open(open);
    Work work = new Work(engine, new Ledger());
    work.createTopic("orders", 1);
    work.send("orders", "whole");
    storage = TestLogs.again(open);
    TestLogs.closeFailed(engine);
    assertThat(verify().findings()).isEmpty();
    int end = storage.contents(FIRST).length;
    while (storage.contents(FIRST)[end - 1] == 0) {
      end--;
    }
    int next = (end + 7) / 8 * 8;
    byte[] begun = ByteBuffer.allocate(24).putInt(4, 40).putLong(16, next).array();
    storage.damage(FIRST, next, begun); // the header of a frame whose body did not arrive
    Verification verification = verify();
    assertThat(verification.findings()).isEmpty();
    assertThat(verification.notes())
        .anySatisfy(
            note -> {
              assertThat(note.kind()).isEqualTo(Note.Kind.TORN_TAIL);
              assertThat(note.text()).contains("the last 64 bytes, from position " + next);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "checksum, 0",
    "length, 4",
    "length, 7",
    "type, 8",
    "zero, 10",
    "incarnation, 15",
    "position, 16",
    "position, 23",
    "branch, 30",
    "topic, 52",
    "payload, 5000"
  })
  void aDamagedFrameIsNamedWithItsMessage(String field, int offset) throws IOException {
    int frame = frame(FIRST, "key1");
    flip(FIRST, frame + offset);
    Verification verification = verify();
    assertThat(verification.findings())
        .extracting(Finding::kind)
        .containsExactlyInAnyOrder(Kind.FRAME, Kind.MESSAGE);
    Finding finding = verification.findings().get(0);
    assertThat(finding.file()).hasValue(FIRST);
    assertThat(finding.at()).hasValue(frame);
    assertThat(finding.position()).hasValue(frame);
    assertThat(finding.meaning()).contains("before the checkpoint");
    Finding message = verification.findings().get(1);
    assertThat(message.topic()).hasValue("orders");
    assertThat(message.partition()).isPresent();
    assertThat(message.offset()).isPresent();
    assertThat(message.toOffset().getAsLong()).isEqualTo(message.offset().getAsLong() + 1);
    assertThat(message.problem()).contains("byte " + frame + " of file '" + FIRST + "'");

    withoutCheckpoint();
    Verification whole = verify();
    assertThat(whole.findings()).extracting(Finding::kind).containsExactly(Kind.FRAME);
    assertThat(only(whole).meaning()).contains("can't be opened");
    assertThat(whole.notes()).extracting(Note::kind).contains(Note.Kind.NOT_CHECKED);
  }

  @Test
  void damageInTheSecondSegmentIsCountedFromItsBeginning() throws IOException {
    int frame = frame(SECOND, "key7");
    flip(SECOND, frame + 30);
    Finding finding = verify().findings().get(0);
    assertThat(finding.file()).hasValue(SECOND);
    assertThat(finding.at()).hasValue(frame);
    assertThat(finding.position()).hasValue(frame + TestLogs.SEGMENT);
  }

  /** Only a watermark behind the damage tells that this was forced. */
  @Test
  void damageInTheLastSegmentIsToldFromATornTail() throws IOException {
    withoutCheckpoint();
    int frame = frame(SECOND, "key7");
    flip(SECOND, frame + 30);
    Finding finding = only(verify());
    assertThat(finding.kind()).isEqualTo(Kind.FRAME);
    assertThat(finding.at()).hasValue(frame);
    assertThat(finding.meaning()).contains("can't be opened");
  }

  @Test
  void everyPlaceThatIsDamagedIsNamed() throws IOException {
    flip(FIRST, frame(FIRST, "key1") + 3000);
    flip(FIRST, frame(FIRST, "key3") + 3000);
    flip(SECOND, frame(SECOND, "key7") + 3000);
    List<Finding> findings = verify().findings();
    assertThat(findings.stream().filter(finding -> finding.kind() == Kind.FRAME)).hasSize(3);
    assertThat(
            findings.stream()
                .filter(finding -> finding.kind() == Kind.MESSAGE)
                .mapToLong(finding -> finding.toOffset().getAsLong() - finding.offset().getAsLong())
                .sum())
        .isEqualTo(3);
  }

  @Test
  void aMessageOfABranchInDoubtIsNamed() throws IOException {
    flip(SECOND, frame(SECOND, "undecided") + 70);
    Verification verification = verify();
    assertThat(verification.findings())
        .extracting(Finding::kind)
        .containsExactlyInAnyOrder(Kind.FRAME, Kind.BRANCH);
    Finding branch = verification.findings().get(1);
    assertThat(branch.problem()).contains("in doubt");
    assertThat(branch.topic()).hasValue("orders");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 8, 12, 16, 31, 32, 39, 40, 48, 55, 56, 63})
  void aDamagedSegmentHeaderIsNamed(int offset) throws IOException {
    for (String name : List.of(FIRST, SECOND)) {
      flip(name, offset);
      Finding finding =
          verify().findings().stream()
              .filter(found -> found.kind() == Kind.SEGMENT_REFUSED)
              .findFirst()
              .orElseThrow();
      assertThat(finding.file()).hasValue(name);
      assertThat(finding.problem()).contains("header");
      flip(name, offset);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 12, 16, 31, 32, 47, 48, 55, 56, 63})
  void aDamagedIdentityIsNamed(int offset) throws IOException {
    flip("identity", offset);
    Finding finding = only(verify());
    assertThat(finding.kind()).isEqualTo(Kind.IDENTITY);
    assertThat(finding.file()).hasValue("identity");
  }

  @Test
  void aMissingIdentityIsNamed() throws IOException {
    storage.delete("identity");
    assertThat(only(verify()).kind()).isEqualTo(Kind.IDENTITY);
  }

  @Test
  void everyByteOfTheCheckpointIsCovered() throws IOException {
    int length = storage.contents("checkpoint").length;
    for (int offset = 0; offset < length; offset++) {
      flip("checkpoint", offset);
      Finding finding = verify().findings().get(0);
      assertThat(finding.kind()).as("byte " + offset).isEqualTo(Kind.CHECKPOINT);
      assertThat(finding.file()).hasValue("checkpoint");
      flip("checkpoint", offset);
    }
    cut("checkpoint", length - 1);
    assertThat(only(verify()).kind()).isEqualTo(Kind.CHECKPOINT);
    assertThat(only(verify()).meaning()).contains("whole log");
  }

  @Test
  void aMissingSegmentIsNamed() throws IOException {
    PowerCutStorage origin = storage;
    for (String name : List.of(FIRST, SECOND)) {
      storage = TestLogs.again(origin);
      storage.delete(name);
      Verification verification = verify();
      assertThat(verification.findings())
          .filteredOn(finding -> finding.kind() == Kind.SEGMENT_MISSING)
          .singleElement()
          .satisfies(finding -> assertThat(finding.file()).hasValue(name));
      withoutCheckpoint();
      assertThat(verify().isSound()).as(name + " and the checkpoint").isFalse();
    }
  }

  @Test
  void aTruncatedSegmentIsNamed() throws IOException {
    PowerCutStorage origin = storage;
    for (String name : List.of(FIRST, SECOND)) {
      for (int size : new int[] {30_000, 5_000, 100}) {
        storage = TestLogs.again(origin);
        cut(name, size);
        Verification verification = verify();
        assertThat(verification.findings())
            .as(name + " cut to " + size)
            .anySatisfy(
                finding -> {
                  assertThat(finding.kind()).isIn(Kind.SEGMENT_SHORT, Kind.SEGMENT_REFUSED);
                  assertThat(finding.file()).hasValue(name);
                  assertThat(finding.problem()).contains("ends at byte " + size);
                });
      }
    }
  }

  @Test
  void swappedSegmentsAreNamed() throws IOException {
    storage.rename(FIRST, "swap");
    storage.rename(SECOND, FIRST);
    storage.rename("swap", SECOND);
    assertThat(verify().findings())
        .filteredOn(finding -> finding.kind() == Kind.SEGMENT_REFUSED)
        .extracting(finding -> finding.file().orElseThrow())
        .containsExactly(FIRST, SECOND);
  }

  @Test
  void aSegmentOfAnotherLogIsNamed() throws IOException {
    PowerCutStorage foreign = new PowerCutStorage(6);
    TestLogs.open(foreign).close();
    storage.damage(FIRST, 0, Arrays.copyOf(foreign.contents(FIRST), 4096));
    assertThat(verify().findings())
        .anySatisfy(finding -> assertThat(finding.problem()).contains("of log "));
  }

  @Test
  void aMissingIndexIsNamed() throws IOException {
    storage.delete(indexes().get(0));
    assertThat(verify().findings())
        .anySatisfy(finding -> assertThat(finding.kind()).isEqualTo(Kind.INDEX));
  }

  /** Every byte of an entry, so that none is without a check. */
  @Test
  void everyByteOfAnIndexEntryIsCovered() throws IOException {
    String index = indexes().get(0);
    for (int offset = 0; offset < 32; offset++) {
      flip(index, 32 + offset);
      Verification verification = verify();
      assertThat(verification.isSound()).as("byte " + offset).isFalse();
      assertThat(verification.findings())
          .as("byte " + offset)
          .allSatisfy(finding -> assertThat(finding.topic()).hasValue("orders"));
      flip(index, 32 + offset);
    }
    assertThat(verify().isSound()).isTrue();
  }

  @Test
  void swappedIndexesAreNamed() throws IOException {
    List<String> names = indexes();
    int entries =
        Math.min(storage.contents(names.get(0)).length, storage.contents(names.get(1)).length);
    byte[] one = Arrays.copyOf(storage.contents(names.get(0)), entries);
    byte[] two = Arrays.copyOf(storage.contents(names.get(1)), entries);
    storage.damage(names.get(0), 0, two);
    storage.damage(names.get(1), 0, one);
    assertThat(verify().findings()).isNotEmpty();
  }

  /** Entries whose page has a right checksum, and that say what can't be. */
  @ParameterizedTest
  @CsvSource({
    "another's message,   0, MESSAGE, to another frame",
    "offset of another,  11, INDEX, the entry before it has offset",
    "length,             15, INDEX, wrong length",
    "time,               17, INDEX, it was committed at",
    "slot,               23, INDEX, a slot of a frame that has none",
    "tombstone,          22, INDEX, it says ",
    "key,                24, INDEX, it says ",
    "idempotency key,    31, INDEX, it says "
  })
  void notOnlyChecksumsOfIndexesAreChecked(String field, int at, Kind kind, String problem)
      throws IOException {
    String index = indexes().get(0);
    byte[] bytes = storage.contents(index);
    byte[] entries = Arrays.copyOf(bytes, bytes.length);
    if (at == 0) {
      byte[] other = storage.contents(indexes().get(1));
      System.arraycopy(other, 0, entries, ENTRY, Long.BYTES);
      System.arraycopy(other, 12, entries, ENTRY + 12, Integer.BYTES);
    } else {
      entries[ENTRY + at] ^= (byte) (at == 22 ? 0x80 : at == 15 ? 8 : 1);
    }
    int count = bytes.length / ENTRY;
    inCheckpoint(SealedPages.crc(index, bytes, count), SealedPages.crc(index, entries, count));
    storage.damage(index, 0, entries);
    Verification verification = verify();
    assertThat(verification.findings())
        .as(field)
        .isNotEmpty()
        .allSatisfy(
            finding -> {
              assertThat(finding.kind()).isEqualTo(kind);
              assertThat(finding.topic()).hasValue("orders");
              assertThat(finding.partition()).hasValue(0);
              assertThat(finding.offset()).isPresent();
              assertThat(finding.problem()).contains(problem);
            });
  }

  /** Replaces a number of the checkpoint by another one, and seals it. */
  private void inCheckpoint(int old, int now) {
    ByteBuffer checkpoint = ByteBuffer.wrap(storage.contents("checkpoint"));
    List<Integer> found =
        IntStream.rangeClosed(CHECKPOINT_FIXED, checkpoint.limit() - Integer.BYTES)
            .filter(at -> checkpoint.getInt(at) == old)
            .boxed()
            .toList();
    assertThat(found).hasSize(1);
    checkpoint.putInt(found.get(0), now);
    seal(checkpoint);
  }

  private void seal(ByteBuffer checkpoint) {
    CRC32C crc = new CRC32C();
    crc.update(checkpoint.slice(12, checkpoint.limit() - 12));
    checkpoint.putInt(8, (int) crc.getValue());
    byte[] bytes = new byte[checkpoint.limit()];
    checkpoint.get(0, bytes);
    storage.damage("checkpoint", 0, bytes);
  }

  /** A frame whose checksum is right, and in whose content there is no sense. */
  @ParameterizedTest
  @CsvSource({"length of the key, 80, 0x7f", "flags, 77, 0x06", "unknown type, 8, 0x63"})
  void notOnlyChecksumsOfFramesAreChecked(String field, int at, int value) throws IOException {
    int frame = frame(FIRST, "key1");
    byte[] segment = storage.contents(FIRST);
    byte[] bytes = Arrays.copyOfRange(segment, frame, frame + SealedFrames.length(segment, frame));
    bytes[at] = (byte) value;
    storage.damage(FIRST, frame, SealedFrames.again(storage.contents("identity"), bytes));
    Verification verification = verify();
    assertThat(verification.findings())
        .as(field)
        .extracting(Finding::kind)
        .containsExactly(Kind.FRAME_CONTENT, Kind.MESSAGE);
    Finding finding = verification.findings().get(0);
    assertThat(finding.file()).hasValue(FIRST);
    assertThat(finding.at()).hasValue(frame);
    assertThat(finding.position()).hasValue(frame);
    assertThat(finding.problem()).contains("the checksum of this frame");
    assertThat(verification.findings().get(1).problem()).contains("position " + frame);
  }

  /** What an open says of a frame is not repeated where the frame itself was found to be wrong. */
  @Test
  void aFrameOfAnUnknownTypeIsNamedOnce() throws IOException {
    append(Frame.of((byte) 99, ByteBuffer.allocate(8)));
    Verification verification = verify();
    assertThat(only(verification).kind()).isEqualTo(Kind.FRAME_CONTENT);
    assertThat(verification.notes()).extracting(Note::kind).contains(Note.Kind.NOT_CHECKED);
  }

  @Test
  void aFrameThatDoesNotFitTheOthersIsNamed() throws IOException {
    long position = append(new RollbackBody(4711, 1).encode());
    Finding finding = only(verify());
    assertThat(finding.kind()).isEqualTo(Kind.STATE);
    assertThat(finding.file()).hasValue(SECOND);
    assertThat(finding.at()).hasValue(position - TestLogs.SEGMENT);
    assertThat(finding.position()).hasValue(position);
    assertThat(finding.problem()).contains("position " + position, "branch 4711");
    assertThat(finding.meaning()).contains("can't be opened");
    assertThatThrownBy(() -> TestLogs.open(storage)).hasMessageContaining(finding.problem());
  }

  /** One piece of damage is no reason to keep quiet about another one. */
  @Test
  void damageBeforeTheCheckpointHidesNoFrameThatDoesNotFit() throws IOException {
    int frame = frame(FIRST, "key1");
    flip(FIRST, frame + 5000);
    long position = append(new RollbackBody(4711, 1).encode());
    Verification verification = verify();
    assertThat(verification.findings())
        .extracting(Finding::kind)
        .containsExactly(Kind.FRAME, Kind.STATE, Kind.MESSAGE);
    assertThat(verification.findings().get(0).position()).hasValue(frame);
    assertThat(verification.findings().get(1).position()).hasValue(position);
    assertThat(verification.findings().get(2).problem()).contains("byte " + frame);
    assertThat(verification.notes()).extracting(Note::kind).contains(Note.Kind.NOT_CHECKED);
  }

  @Test
  void damageBeforeTheCheckpointHidesNoShortIndex() throws IOException {
    flip(FIRST, frame(FIRST, "key1") + 5000);
    for (String index : indexes()) {
      cut(index, 33);
    }
    List<Finding> findings = verify().findings();
    assertThat(findings)
        .filteredOn(finding -> finding.kind() == Kind.INDEX)
        .extracting(finding -> finding.file().orElseThrow())
        .containsExactlyElementsOf(indexes());
    assertThat(findings)
        .filteredOn(finding -> finding.kind() == Kind.INDEX)
        .allSatisfy(
            finding -> assertThat(finding.problem()).contains("ends at byte 33 and had at least"));
    // Without its indexes the log is read from the beginning, and that is damaged.
    assertThat(findings)
        .filteredOn(finding -> finding.kind() == Kind.FRAME)
        .singleElement()
        .satisfies(finding -> assertThat(finding.meaning()).contains("can't be opened"));
    assertThatThrownBy(() -> TestLogs.open(storage)).isInstanceOf(CorruptLogException.class);
  }

  /** Appends a frame, sealed, to the log: as it would come next, but for its content. */
  private long append(Frame frame) throws IOException {
    Overview overview = ClosedDirectory.of(storage).overview();
    long position = overview.end();
    storage.damage(
        SECOND,
        (int) (position - TestLogs.SEGMENT),
        SealedFrames.at(storage.contents("identity"), frame, overview.incarnation(), position));
    return position;
  }

  @Test
  void aGroupBehindTheEndIsNamed() throws IOException {
    ByteBuffer checkpoint = ByteBuffer.wrap(storage.contents("checkpoint"));
    String text = new String(checkpoint.array(), StandardCharsets.ISO_8859_1);
    int committed = text.indexOf("billing") - Short.BYTES - PLACE;
    long before = checkpoint.getLong(committed);
    assertThat(before).isBetween(0L, 8L);
    checkpoint.putLong(committed, 4711);
    seal(checkpoint);
    Finding finding = only(verify());
    assertThat(finding.kind()).isEqualTo(Kind.GROUP);
    assertThat(finding.topic()).hasValue("orders");
    assertThat(finding.partition()).hasValue(1);
    assertThat(finding.offset()).hasValue(4711);
    assertThat(finding.problem()).contains("'billing'", "4711");
    checkpoint.putLong(committed, before);
    seal(checkpoint);
    assertThat(verify().isSound()).isTrue();
  }

  @Test
  void whatDoesNotBelongToTheLogIsMentioned() throws IOException {
    storage.create("README.txt").close();
    storage.create("new.segment.tmp").close();
    Verification verification = verify();
    assertThat(verification.isSound()).isTrue();
    assertThat(verification.notes())
        .extracting(Note::text)
        .anyMatch(text -> text.contains("README.txt"))
        .anyMatch(text -> text.contains("new.segment.tmp"));
  }
}
