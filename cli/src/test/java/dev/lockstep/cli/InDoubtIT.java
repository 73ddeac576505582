package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.Headers;
import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.testkit.EmbeddedDatabase;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The view of what is in doubt, alone and joined with a real PostgreSQL. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class InDoubtIT {
  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

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

  private static BranchId id(int transaction, int qualifier) {
    return BranchId.of(131077, new byte[] {1, (byte) transaction}, new byte[] {(byte) qualifier});
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return LockstepTool.run(out, new PrintWriter(err, true), arguments);
  }

  private void write() {
    Manager manager = new Manager();
    try (Lockstep lockstep =
        Lockstep.open(
            LockstepConfig.builder()
                .dataDir(directory)
                .segmentSize(64 * 1024)
                .maxMessageBytes(16 * 1024)
                .transactions(manager)
                .build())) {
      lockstep.topics().create(TopicConfig.of("orders"));
      for (int transaction = 1; transaction <= 2; transaction++) {
        Branch branch = manager.log.get().begin(id(transaction, 1));
        branch.append(new Envelope("orders", Optional.empty(), new byte[1], Headers.empty()));
        branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
      }
      lockstep.transactions().rollback(id(2, 1).toString(), "asked for", Resolve.FORCED);
    }
  }

  private static void execute(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private JsonObject json() {
    try (JsonReader reader = Json.createReader(new StringReader(out.toString()))) {
      return reader.readObject();
    }
  }

  @Test
  void joinsTheLogWithDatabases() throws Exception {
    write();
    try (EmbeddedDatabase database = EmbeddedDatabase.builder().embedded().start()) {
      String url = database.jdbcUrl();
      execute(url, "CREATE TABLE t (id INT)");
      execute(url, "BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION '131077_AQE=_Ag=='");
      execute(url, "BEGIN; INSERT INTO t VALUES (2); PREPARE TRANSACTION '131077_AQM=_Ag=='");

      assertThat(run("in-doubt", directory.toString(), "--database", url)).isZero();
      assertThat(out.toString())
          .contains(id(1, 1).toString(), id(1, 2).toString(), id(3, 2).toString(), "ROLLED_BACK")
          .contains("{orders=1}", "jdbc:postgresql://127.0.0.1:")
          .doesNotContain("user=");
      assertThat(err.toString()).isEmpty();

      assertThat(run("in-doubt", directory.toString(), "--json", "--database", url)).isZero();
      JsonObject found = json();
      assertThat(found.keySet()).containsExactly("cases", "outOfReach", "refusal");
      assertThat(found.get("refusal")).isEqualTo(JsonValue.NULL);
      JsonArray cases = found.getJsonArray("cases");
      assertThat(cases).hasSize(3);
      JsonArray both = cases.getJsonObject(0).getJsonArray("branches");
      assertThat(both).hasSize(2);
      assertThat(both.getJsonObject(0).keySet())
          .containsExactly(
              "transactionId",
              "where",
              "since",
              "byHand",
              "nativeName",
              "messagesByTopic",
              "waiting");
      assertThat(both.getJsonObject(0).getString("where")).isEqualTo("log");
      assertThat(both.getJsonObject(1).getString("nativeName")).isEqualTo("131077_AQE=_Ag==");
      assertThat(cases.getJsonObject(1).getJsonArray("branches").getJsonObject(0))
          .containsEntry("byHand", Json.createValue("ROLLED_BACK"));

      execute(url, "ROLLBACK PREPARED '131077_AQE=_Ag=='");
      execute(url, "ROLLBACK PREPARED '131077_AQM=_Ag=='");
    }
  }

  @Test
  void showsTheLogAloneAndSaysWhoDoesNotAnswer() {
    write();
    assertThat(run("in-doubt", directory.toString())).isZero();
    assertThat(out.toString()).contains(id(1, 1).toString());
    assertThat(
            run(
                "in-doubt",
                directory.toString(),
                "--database",
                "jdbc:postgresql://127.0.0.1:1/shop?user=me&password=secret"))
        .isEqualTo(LockstepTool.UNREADABLE);
    assertThat(out.toString()).contains(id(1, 1).toString());
    assertThat(err.toString())
        .contains("'jdbc:postgresql://127.0.0.1:1/shop' does not answer: ")
        .doesNotContain("secret");
  }

  @Test
  void saysThatNothingIsInDoubt() {
    Lockstep.open(LockstepConfig.builder().dataDir(directory).build()).close();
    assertThat(run("in-doubt", directory.toString())).isZero();
    assertThat(out.toString()).isEqualTo("no transaction is in doubt" + System.lineSeparator());
  }
}
