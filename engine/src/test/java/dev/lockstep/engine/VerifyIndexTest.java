package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Compression;
import dev.lockstep.Headers;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.Finding;
import dev.lockstep.engine.inspect.Finding.Kind;
import dev.lockstep.engine.inspect.Note;
import dev.lockstep.engine.inspect.Progress;
import dev.lockstep.engine.inspect.Verification;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.StorageFile;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Damages indexes of several pages: each finding names the file to delete, and what is behind. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class VerifyIndexTest {
  private static final int PAGE = 4096;
  private static final int PAGE_ENTRIES = 127;
  private static final int PAGE_CRC = 4064;
  private static final int KEY_HASH = 24;
  private static final int MESSAGES = 300;

  private PowerCutStorage storage = new PowerCutStorage(5);

  @BeforeEach
  void write() throws IOException {
    try (Engine engine = TestLogs.open(storage)) {
      engine.topics().create(TopicConfig.of("orders"));
      for (int i = 0; i < MESSAGES; i += 50) {
        send(engine, "orders", 50);
      }
    }
    storage = TestLogs.again(storage);
  }

  private static void send(Engine engine, String topic, int count) {
    Branch branch = engine.log().begin();
    for (int i = 0; i < count; i++) {
      byte[] payload = ("over and over and over " + i).getBytes(StandardCharsets.UTF_8);
      Optional<byte[]> key = Optional.of(new byte[] {(byte) i});
      branch.append(new Envelope(topic, key, payload, Headers.empty()));
    }
    branch.commitOnePhase();
  }

  private Verification verify() throws IOException {
    return ClosedDirectory.of(storage).verify(Progress.NONE);
  }

  private Finding only() throws IOException {
    List<Finding> findings = verify().findings();
    assertThat(findings).hasSize(1);
    return findings.get(0);
  }

  private String index() throws IOException {
    return storage.names().stream()
        .filter(name -> name.endsWith(".index"))
        .findFirst()
        .orElseThrow();
  }

  private void flip(String name, int offset) {
    storage.damage(name, offset, (byte) (storage.contents(name)[offset] ^ 0x90));
  }

  /** Lets the checksum of the first page be right again. */
  private void seal(String name) {
    String[] parts = name.replace(".index", "").split("-", -1);
    ByteBuffer prefix = ByteBuffer.allocate(28);
    prefix.putInt(Integer.parseUnsignedInt(parts[0], 16));
    prefix.putInt(Integer.parseUnsignedInt(parts[1], 16));
    prefix.putLong(Long.parseUnsignedLong(parts[2], 16));
    prefix.putInt(Integer.parseUnsignedInt(parts[3], 16)).putLong(0);
    CRC32C crc = new CRC32C();
    crc.update(prefix.flip());
    crc.update(storage.contents(name), 0, PAGE_CRC);
    storage.damage(name, PAGE_CRC, ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  @Test
  void aDamagedPageIsNamedAndWhatStandsBeforeItIsChecked() throws IOException {
    flip(index(), PAGE + 10);
    Finding finding = only();
    assertThat(finding.kind()).isEqualTo(Kind.INDEX);
    assertThat(finding.file()).hasValue(index());
    assertThat(finding.offset()).hasValue(PAGE_ENTRIES);
    assertThat(finding.toOffset()).hasValue(MESSAGES);
    assertThat(verify().checked().messages()).isEqualTo(PAGE_ENTRIES);
  }

  @Test
  void whatStandsBehindADamagedFileIsCheckedToo() throws IOException {
    Engine engine = TestLogs.open(storage);
    send(engine, "orders", 20);
    storage = TestLogs.again(storage); // killed: these are in no file
    TestLogs.closeFailed(engine);
    flip(index(), 10);
    Finding finding = only();
    assertThat(finding.file()).hasValue(index());
    assertThat(finding.offset()).hasValue(0);
    assertThat(finding.toOffset()).hasValue(MESSAGES);
    assertThat(verify().checked().messages()).isEqualTo(20);
  }

  @Test
  void anEntryThatSaysWhatIsNotSoIsNamedWithItsFile() throws IOException {
    seal(index());
    assertThat(verify().isSound()).isTrue();
    flip(index(), 3 * 32 + KEY_HASH);
    seal(index());
    Finding finding = only();
    assertThat(finding.kind()).isEqualTo(Kind.INDEX);
    assertThat(finding.problem()).contains("the entry of offset 3");
    assertThat(finding.file()).hasValue(index());
    assertThat(verify().checked().messages()).isEqualTo(MESSAGES);
  }

  @Test
  void aShortFileIsNamed() throws IOException {
    try (StorageFile file = storage.open(index())) {
      file.truncate(PAGE);
      file.force();
    }
    Finding finding = only();
    assertThat(finding.kind()).isEqualTo(Kind.INDEX);
    assertThat(finding.file()).hasValue(index());
  }

  @Test
  void withoutTheCompressorTheOthersAreCheckedAndANoteSaysHowManyAreNot() throws IOException {
    try (Engine engine = TestLogs.open(storage, TestLogs.config(), DeflateCompressor.all())) {
      engine.topics().create(TopicConfig.of("packed").compression(Compression.LZ4));
      for (int i = 0; i < 4; i++) {
        send(engine, "packed", 5);
      }
      engine.topics().alter(TopicConfig.of("packed"));
      send(engine, "packed", 30);
    }
    storage = TestLogs.again(storage);
    Verification verification = verify();
    assertThat(verification.isSound()).isTrue();
    assertThat(verification.checked().messages()).isEqualTo(MESSAGES + 30);
    assertThat(verification.notes()).hasSize(1);
    Note note = verification.notes().get(0);
    assertThat(note.kind()).isEqualTo(Note.Kind.NOT_CHECKED);
    assertThat(note.text())
        .startsWith("20 messages of 'packed' were not checked: ")
        .contains("LZ4", "lockstep-compression");
  }
}
