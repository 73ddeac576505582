package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Compression;
import dev.lockstep.Consumer;
import dev.lockstep.Headers;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.Producer;
import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands on directories: what they print, what they return, and that nothing changes. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LockstepToolTest {
  private static final String FIRST = "0000000000000000.segment";

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Lockstep open() {
    return Lockstep.open(
        LockstepConfig.builder()
            .dataDir(directory)
            .segmentSize(64 * 1024)
            .maxMessageBytes(16 * 1024)
            .build());
  }

  @BeforeEach
  void write() {
    try (Lockstep lockstep = open()) {
      lockstep.topics().create(TopicConfig.of("orders").partitions(2));
      lockstep.topics().create(TopicConfig.of("empty"));
      Producer<String> orders = lockstep.producer("orders", String.class);
      for (int i = 0; i < 20; i++) {
        orders.send("key" + i, "the payload of order " + i);
      }
      try (Consumer<String> billing = lockstep.consumer("billing", "orders", String.class)) {
        List<Message<String>> polled = billing.poll(Duration.ofSeconds(10));
        assertThat(polled).isNotEmpty();
        billing.commit();
      }
      orders.send("last", "the last payload");
    }
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return LockstepTool.run(out, new PrintWriter(err, true), arguments);
  }

  /** Runs a command on the directory, and sees that it leaves every file as it was. */
  private int look(String... arguments) throws IOException {
    Map<String, String> before = hashes();
    Stream<String> head = Stream.of(arguments[0], directory.toString());
    int status = run(Stream.concat(head, Stream.of(arguments).skip(1)).toArray(String[]::new));
    assertThat(hashes()).isEqualTo(before);
    return status;
  }

  private String logId() throws IOException {
    assertThat(look("inspect", "--json")).isZero();
    return json(out.toString()).getString("logId");
  }

  private Map<String, String> hashes() throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.forEach(file -> hashes.put(file.getFileName().toString(), hash(file)));
    }
    return hashes;
  }

  private static String hash(Path file) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest) + " " + Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new LinkageError("every JDK has SHA-256", e);
    }
  }

  private static JsonObject json(String text) {
    try (JsonReader reader = Json.createReader(new StringReader(text))) {
      return reader.readObject();
    }
  }

  private void flip(String name, int offset) throws IOException {
    byte[] bytes = Files.readAllBytes(directory.resolve(name));
    bytes[offset] ^= 0x40;
    Files.write(directory.resolve(name), bytes);
  }

  private String index() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".index"))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void theDefinitionOfTheMarkerTablesIsThatOfTheLog() throws IOException {
    String id = logId().replace("-", "");
    assertThat(look("marker-tables", "--user", "sh\"op", "--schema", "money")).isZero();
    assertThat(out.toString().lines())
        .hasSize(4)
        .allMatch(line -> line.endsWith(";"))
        .anyMatch(line -> line.contains("\"money\".lockstep_marker_" + id + "_2 ("))
        .anyMatch(line -> line.startsWith("GRANT") && line.endsWith(" TO \"sh\"\"op\";"));
    assertThat(look("marker-tables", "--user", "shop", "--json")).isZero();
    assertThat(json(out.toString()).getJsonArray("statements")).hasSize(4);
    assertThat(look("marker-tables")).isEqualTo(LockstepTool.MISUSED);
  }

  @Test
  void theSameForMariaDb() throws IOException {
    String id = logId().replace("-", "");
    assertThat(
            look(
                "marker-tables", "--database", "mariadb", "--user", "shop@10.%", "--schema", "a`b"))
        .isZero();
    assertThat(out.toString().lines())
        .hasSize(6)
        .allMatch(line -> line.endsWith(";"))
        .anyMatch(line -> line.contains(" `a``b`.lockstep_marker_" + id + "_2 (id BINARY(16)"))
        .anyMatch(line -> line.endsWith("`a``b`.lockstep_marker_" + id + "_0 TO `shop`@`10.%`;"));
    assertThat(look("marker-tables", "--database", "oracle", "--user", "shop"))
        .isEqualTo(LockstepTool.MISUSED);
  }

  @Test
  void verifiesASoundLog() throws IOException {
    assertThat(look("verify")).isZero();
    assertThat(out.toString()).contains("21 messages in 3 partitions, 1 groups", "all is well");
    assertThat(err.toString()).contains("frames: 100%", "messages: 100%");

    assertThat(look("verify", "--json")).isZero();
    JsonObject verification = json(out.toString());
    assertThat(verification.keySet()).containsExactly("sound", "findings", "notes", "checked");
    assertThat(verification.getBoolean("sound")).isTrue();
    assertThat(verification.getJsonArray("findings")).isEmpty();
    JsonObject checked = verification.getJsonObject("checked");
    assertThat(checked.keySet())
        .containsExactly(
            "segments",
            "frames",
            "bytes",
            "messages",
            "partitions",
            "groups",
            "inDoubt",
            "heuristics");
    assertThat(checked.getInt("messages")).isEqualTo(21);
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "checkpoint", FIRST, "index"})
  void namesADamagedFile(String which) throws IOException {
    String name = which.equals("index") ? index() : which;
    flip(name, 40);
    assertThat(look("verify")).isEqualTo(LockstepTool.DAMAGED);
    assertThat(out.toString()).contains("DAMAGE  ", name, "damage: ");

    assertThat(look("verify", "--json")).isEqualTo(LockstepTool.DAMAGED);
    JsonObject verification = json(out.toString());
    assertThat(verification.getBoolean("sound")).isFalse();
    JsonObject finding = verification.getJsonArray("findings").getJsonObject(0);
    assertThat(finding.keySet())
        .containsExactly(
            "kind",
            "file",
            "at",
            "position",
            "topic",
            "partition",
            "offset",
            "toOffset",
            "problem",
            "meaning");
    assertThat(verification.getJsonArray("findings").toString()).contains(name);
  }

  @Test
  void namesAMissingFile() throws IOException {
    String index = index();
    Files.delete(directory.resolve(index));
    assertThat(look("verify")).isEqualTo(LockstepTool.DAMAGED);
    assertThat(out.toString()).contains("DAMAGE  index, file " + index);
    Files.delete(directory.resolve(FIRST));
    assertThat(look("verify")).isEqualTo(LockstepTool.DAMAGED);
    assertThat(out.toString()).contains("DAMAGE  segment_missing, file " + FIRST);
  }

  @Test
  void inspects() throws IOException {
    assertThat(look("inspect")).isZero();
    assertThat(out.toString())
        .contains(directory.toString(), "checkpoint   at position ", FIRST, "no transaction is in");

    assertThat(look("inspect", "--json")).isZero();
    JsonObject overview = json(out.toString());
    assertThat(overview.keySet())
        .containsExactly(
            "directory",
            "logId",
            "segmentSize",
            "incarnation",
            "end",
            "tornBytes",
            "replayBytes",
            "fileBytes",
            "checkpoint",
            "segments",
            "inDoubt",
            "heuristics",
            "audit",
            "transactionRecords",
            "refusal");
    assertThat(overview.getInt("segmentSize")).isEqualTo(64 * 1024);
    assertThat(overview.getInt("incarnation")).isEqualTo(1);
    assertThat(overview.get("refusal")).isEqualTo(JsonValue.NULL);
    assertThat(overview.getJsonObject("checkpoint").keySet())
        .containsExactly("status", "position", "watermark", "latestCommit");
    assertThat(overview.getJsonObject("checkpoint").getString("status")).isEqualTo("SOUND");
    JsonObject segment = overview.getJsonArray("segments").getJsonObject(0);
    assertThat(segment.keySet())
        .containsExactly(
            "name", "number", "incarnation", "use", "from", "to", "fileBytes", "liveBytes");
    assertThat(segment.getInt("liveBytes")).isBetween(21 * 100, 21 * 200);
  }

  /** The log as a transaction manager drives it. */
  private static final class Manager implements TransactionBinding {
    private final AtomicReference<TransactionalLog> log = new AtomicReference<>();

    @Override
    public Optional<Branch> current(TransactionalLog of) {
      return Optional.empty();
    }

    @Override
    public void attach(TransactionalLog attached) {
      log.set(attached);
    }
  }

  @Test
  void showsWhatWasDoneByHand() throws IOException {
    Manager manager = new Manager();
    BranchId id = BranchId.of(1, new byte[] {1}, new byte[] {2});
    try (Lockstep lockstep =
        Lockstep.open(
            LockstepConfig.builder()
                .dataDir(directory)
                .segmentSize(64 * 1024)
                .maxMessageBytes(16 * 1024)
                .transactions(manager)
                .build())) {
      Branch branch = manager.log.get().begin(id);
      branch.append(new Envelope("orders", Optional.empty(), new byte[10], Headers.empty()));
      branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
      lockstep.transactions().rollback(id.toString(), "ticket 7", Transactions.Resolve.FORCED);
    }
    assertThat(look("inspect")).isZero();
    assertThat(out.toString())
        .contains("DECIDED BY HAND", "DONE BY HAND AT", id.toString(), "ROLLED_BACK", "ticket 7");
    assertThat(look("inspect", "--json")).isZero();
    JsonObject overview = json(out.toString());
    JsonObject heuristic = overview.getJsonArray("heuristics").getJsonObject(0);
    assertThat(heuristic.keySet())
        .containsExactly(
            "transactionId", "path", "since", "outcome", "at", "reason", "messagesByTopic");
    assertThat(heuristic.getString("transactionId")).isEqualTo(id.toString());
    assertThat(heuristic.getString("outcome")).isEqualTo("ROLLED_BACK");
    assertThat(heuristic.getJsonObject("messagesByTopic").getInt("orders")).isEqualTo(1);
    JsonObject audit = overview.getJsonArray("audit").getJsonObject(0);
    assertThat(audit.keySet())
        .containsExactly(
            "at",
            "action",
            "transactionId",
            "resolve",
            "decision",
            "user",
            "host",
            "pid",
            "reason");
    assertThat(audit.getString("resolve")).isEqualTo("FORCED");
    assertThat(audit.getString("reason")).isEqualTo("ticket 7");

    assertThat(look("dump", "--type", "resolved")).isZero();
    assertThat(out.toString()).contains("resolved", "ticket 7", id.toString());
    assertThat(look("verify", "--json")).isZero();
    assertThat(json(out.toString()).getJsonObject("checked").getInt("heuristics")).isEqualTo(1);
  }

  @Test
  void inspectsWhatAnOpenWouldRefuse() throws IOException {
    flip(FIRST, 40);
    assertThat(look("inspect")).isEqualTo(LockstepTool.DAMAGED);
    assertThat(out.toString()).contains("REFUSED ", "header of file '" + FIRST + "'", "DAMAGED");
    assertThat(look("inspect", "--json")).isEqualTo(LockstepTool.DAMAGED);
    assertThat(json(out.toString()).getString("refusal")).contains("LSTP-0303");
    assertThat(look("topics")).isEqualTo(LockstepTool.DAMAGED);
    assertThat(err.toString()).contains("LSTP-0303", "lockstep verify");
  }

  @Test
  void showsTopics() throws IOException {
    assertThat(look("topics")).isZero();
    assertThat(out.toString()).contains("TOPIC", "orders", "empty");

    assertThat(look("topics", "--json")).isZero();
    JsonArray topics = json(out.toString()).getJsonArray("topics");
    JsonObject orders = topics.getJsonObject(1);
    assertThat(orders.keySet())
        .containsExactly(
            "name",
            "number",
            "retainMillis",
            "retainBytes",
            "retainUntilConsumed",
            "tombstoneRetentionMillis",
            "compression",
            "messages",
            "bytes",
            "partitions");
    assertThat(orders.getString("name")).isEqualTo("orders");
    assertThat(orders.getInt("messages")).isEqualTo(21);
    JsonArray partitions = orders.getJsonArray("partitions");
    assertThat(partitions.getJsonObject(0).keySet())
        .containsExactly("partition", "first", "end", "messages", "bytes");
    assertThat(
            partitions.getJsonObject(0).getInt("end") + partitions.getJsonObject(1).getInt("end"))
        .isEqualTo(21);
  }

  @Test
  void showsGroups() throws IOException {
    assertThat(look("groups")).isZero();
    assertThat(out.toString()).contains("GROUP", "billing", "orders");

    assertThat(look("groups", "--json")).isZero();
    JsonObject group = json(out.toString()).getJsonArray("groups").getJsonObject(0);
    assertThat(group.keySet())
        .containsExactly("group", "topic", "lag", "parked", "waiting", "blockedBy", "partitions");
    assertThat(group.getString("group")).isEqualTo("billing");
    assertThat(group.getInt("lag")).isPositive();
    assertThat(group.getJsonArray("partitions").getJsonObject(0).keySet())
        .containsExactly("partition", "committed", "end", "lag");
  }

  @Test
  void dumpsFrames() throws IOException {
    assertThat(look("dump")).isZero();
    assertThat(out.toString())
        .contains("  watermark  ", "  topic  ", "  message  ", "  commit  ", "  group  ")
        .contains("payload=\"the payload of order 7\"", FIRST + "@4096");

    assertThat(look("dump", "--type", "message", "--limit", "3", "--bytes", "5", "--json"))
        .isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(3);
    JsonObject frame = json(lines.get(0));
    assertThat(frame.keySet())
        .containsExactly("position", "file", "at", "length", "type", "fields");
    assertThat(frame.getString("type")).isEqualTo("message");
    JsonObject payload = frame.getJsonObject("fields").getJsonObject("payload");
    assertThat(payload.getString("text")).isEqualTo("the p");
    assertThat(payload.getBoolean("cut")).isTrue();
    assertThat(payload.getInt("length")).isGreaterThan(20);
  }

  @Test
  void dumpsWhatIsAskedFor() throws IOException {
    assertThat(look("dump", "--topic", "orders", "--partition", "1", "--offset", "0")).isZero();
    assertThat(out.toString().lines()).hasSize(1).first().asString().contains("partition=1");

    assertThat(look("dump", "--topic", "empty")).isZero();
    assertThat(out.toString().lines()).hasSize(1).first().asString().contains("name=empty");

    assertThat(look("dump", "--type", "message,commit", "--json")).isZero();
    List<Integer> positions =
        out.toString().lines().map(line -> json(line).getInt("position")).toList();
    assertThat(positions).hasSizeGreaterThan(40).isSorted();
    String from = positions.get(3).toString();
    String to = positions.get(7).toString();
    assertThat(look("dump", "--type", "message,commit", "--from", from, "--to", to, "--json"))
        .isZero();
    assertThat(out.toString().lines().map(line -> json(line).getInt("position")))
        .containsExactlyElementsOf(positions.subList(3, 7));
  }

  /** The compressors are on the tool's class path. */
  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"LZ4", "ZSTD"})
  void readsCompressedMessages(Compression compression) throws IOException {
    try (Lockstep lockstep = open()) {
      lockstep.topics().create(TopicConfig.of("packed").compression(compression));
      Producer<String> packed = lockstep.producer("packed", String.class);
      packed.send("key", "squeeze me ".repeat(100));
    }
    assertThat(look("verify", "--json")).isZero();
    JsonObject verification = json(out.toString());
    assertThat(verification.getJsonArray("notes")).isEmpty();
    assertThat(verification.getJsonObject("checked").getInt("messages")).isEqualTo(22);
    assertThat(look("dump", "--topic", "packed", "--type", "batch")).isZero();
    assertThat(out.toString()).contains("compression=" + compression, "squeeze me squeeze me");
  }

  @Test
  void dumpsAroundDamage() throws IOException {
    flip(FIRST, 8192);
    assertThat(look("dump", "--json")).isEqualTo(LockstepTool.DAMAGED);
    assertThat(out.toString().lines().filter(line -> line.startsWith("{\"damage\":"))).hasSize(1);
    assertThat(out.toString().lines()).hasSizeGreaterThan(20);
  }

  @Test
  void refusesADirectoryThatIsHeld() {
    try (Lockstep holder = open()) {
      for (String command : List.of("inspect", "verify", "topics", "groups", "dump", "in-doubt")) {
        assertThat(run(command, directory.toString())).isEqualTo(LockstepTool.UNREADABLE);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("LSTP-0202", "pid " + ProcessHandle.current().pid());
      }
      assertThat(holder.topics().names()).hasSize(2);
    }
  }

  @Test
  void refusesWhatIsNoLog(@TempDir Path other) throws IOException {
    assertThat(run("verify", other.toString())).isEqualTo(LockstepTool.UNREADABLE);
    assertThat(err.toString()).contains("there is no log in " + other);
    assertThat(other).isEmptyDirectory();
    Path absent = other.resolve("absent");
    assertThat(run("verify", absent.toString())).isEqualTo(LockstepTool.UNREADABLE);
    assertThat(err.toString()).contains("there is no directory " + absent);
    assertThat(absent).doesNotExist();
  }

  /** Ends the line in the middle: nothing of that may reach a terminal, or begin a line. */
  private static final String HOSTILE = "a\nb\r\u009b2J\u202e\u2028c\\d";

  @Test
  void dumpsOneFrameALineWhateverIsInIt() throws IOException {
    try (Lockstep lockstep = open()) {
      Producer<String> orders = lockstep.producer("orders", String.class);
      orders.send(Message.of("line\nbreak\ttab", "first\r\nsecond \u202e\u2028third \\ backslash"));
      orders.send(Message.of("controls", HOSTILE).header("name\n" + HOSTILE, HOSTILE));
    }
    assertThat(look("dump")).isZero();
    assertThat(out.toString().lines())
        .allMatch(line -> line.matches("\\d+  [0-9a-f]{16}\\.segment@\\d+  \\d+  [a-z-]+  .*"));
    assertThat(out.toString().replace(System.lineSeparator(), "").codePoints())
        .noneMatch(Escaped::isUnseen);
    assertThat(out.toString())
        .contains("key=\"line\\nbreak\\ttab\"")
        .contains("payload=\"first\\r\\nsecond \\u202e\\u2028third \\\\ backslash\"")
        .contains("name=name\\na\\nb\\r\\u009b2J\\u202e\\u2028c\\\\d");

    assertThat(look("dump", "--type", "message", "--json")).isZero();
    assertThat(out.toString().replace(System.lineSeparator(), "").codePoints())
        .noneMatch(Escaped::isUnseen);
    List<String> lines = out.toString().lines().toList();
    JsonObject last = json(lines.get(lines.size() - 1)).getJsonObject("fields");
    assertThat(last.getJsonArray("headers").getJsonObject(0).getString("name"))
        .isEqualTo("name\n" + HOSTILE);
    assertThat(last.getJsonObject("payload").containsKey("hex")).isTrue();
  }

  /** A writer that takes some text, and then fails. */
  private static final class Full extends Writer {
    private final Runnable failure;
    private int room;
    private int attempts;

    Full(int room, Runnable failure) {
      this.room = room;
      this.failure = failure;
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
      room -= length;
      if (room < 0) {
        attempts++;
        failure.run();
        throw new IOException("No space left on device");
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "verify", "topics", "groups", "dump", "--help"})
  void saysSoIfTheOutputCantBeWritten(String command) {
    Full full = new Full(100, () -> {});
    int status =
        LockstepTool.run(
            full,
            new PrintWriter(err, true),
            command.equals("--help")
                ? new String[] {command}
                : new String[] {command, directory.toString()});
    assertThat(status).isEqualTo(LockstepTool.FAILED);
    assertThat(err.toString()).contains("the output can't be written: No space left on device");
    assertThat(full.attempts).as("nothing is printed behind a failure").isEqualTo(1);
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new IllegalStateException("for the test"),
        new IllegalArgumentException("for the test"),
        new StackOverflowError("for the test"),
        new OutOfMemoryError("for the test"));
  }

  /** That says nothing about the log. */
  @ParameterizedTest
  @MethodSource("failures")
  void doesNotTakeItsOwnFailuresForDamage(Throwable failure) {
    Full failing =
        new Full(
            100,
            () -> {
              if (failure instanceof Error error) {
                throw error;
              }
              throw (RuntimeException) failure;
            });
    int status =
        LockstepTool.run(failing, new PrintWriter(err, true), "topics", directory.toString());
    assertThat(status).isEqualTo(LockstepTool.FAILED);
    assertThat(err.toString()).contains("the tool itself failed", failure.toString());
  }

  @Test
  void saysHowItIsUsed() {
    for (String command : List.of("inspect", "verify", "topics", "groups", "dump", "in-doubt")) {
      assertThat(run(command, "--help")).isZero();
      assertThat(out.toString()).contains("Usage: lockstep " + command, "--json", "Exit status: 0");
    }
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains("inspect", "verify", "topics", "groups", "dump", "in-doubt", "Exit status: 0");
  }

  @Test
  void refusesWrongUse() throws IOException {
    assertThat(run("verify")).isEqualTo(LockstepTool.MISUSED);
    assertThat(err.toString()).contains("lockstep verify: Missing", "DIR", "--help");
    assertThat(run("explode", "x")).isEqualTo(LockstepTool.MISUSED);
    assertThat(run()).isEqualTo(LockstepTool.MISUSED);
    assertThat(look("dump", "--topic", "nothing")).isEqualTo(LockstepTool.MISUSED);
    assertThat(err.toString()).contains("LSTP-0101", "'nothing'");
    assertThat(look("dump", "--offset", "3")).isEqualTo(LockstepTool.MISUSED);
    assertThat(look("dump", "--type", "letter")).isEqualTo(LockstepTool.MISUSED);
    assertThat(err.toString()).contains("watermark", "message");
    assertThat(look("dump", "--topic", "orders", "--partition", "2"))
        .isEqualTo(LockstepTool.MISUSED);
    assertThat(look("dump", "--topic", "orders", "--offset", "900"))
        .isEqualTo(LockstepTool.MISUSED);
    assertThat(look("dump", "--limit", "-1")).isEqualTo(LockstepTool.MISUSED);
  }
}
