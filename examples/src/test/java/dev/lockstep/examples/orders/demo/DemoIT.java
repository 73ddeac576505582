package dev.lockstep.examples.orders.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Lockstep;
import dev.lockstep.LockstepConfig;
import dev.lockstep.TopicConfig;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as somebody runs it: a small demo, and everything that can be wrong with a call. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DemoIT {
  private static final int MISUSED = 2;
  private static final int FAILED = 1;

  @TempDir private Path temp;

  @Test
  void theAuditHoldsAndTheControlGroupLoses() throws Exception {
    DemoProcess.Ended ended =
        DemoProcess.run(temp, Map.of(), "--orders", "200", "--kills", "2", "--seed", "7");

    assertThat(ended.status()).as("%s %s", ended.out(), ended.err()).isZero();
    int lines = ended.out().size();
    assertThat(ended.out().get(lines - 1))
        .isEqualTo(
            "AUDIT orders=200 messages=200 invoices=200 invoice-messages=200"
                + " lost=0 duplicated=0 half=0 in-doubt=0 kills=10");
    assertThat(ended.out().get(lines - 2))
        .matches("CONTROL orders=200 messages=1[0-9]{2} lost=[1-9][0-9]* duplicated=[1-9][0-9]*");
    assertThat(ended.out()).anyMatch(line -> line.startsWith("killed at log.commit.before"));
    assertThat(ended.err()).isEmpty();
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void theAuditHoldsWithHalfMessages() throws Exception {
    DemoProcess.Ended ended =
        DemoProcess.run(
            temp, Map.of(), "--path=half-message", "--orders=200", "--kills=3", "--seed=7");

    assertThat(ended.status()).as("%s %s", ended.out(), ended.err()).isZero();
    assertThat(ended.out().get(ended.out().size() - 1))
        .isEqualTo(
            "AUDIT orders=200 messages=200 invoices=200 invoice-messages=200"
                + " lost=0 duplicated=0 half=0 in-doubt=0 kills=5");
    assertThat(ended.out()).anyMatch(line -> line.startsWith("killed at half-message.after"));
    assertThat(ended.err()).isEmpty();
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void usesOnesOwnDatabaseAndLeavesNothingInIt() throws Exception {
    try (EmbeddedDatabase database = EmbeddedDatabase.builder().embedded().start()) {
      execute(
          database,
          "create table precious (id int)",
          "begin",
          "insert into precious values (1)",
          "prepare transaction 'of somebody else'");

      DemoProcess.Ended ended =
          DemoProcess.run(
              temp,
              Map.of(EmbeddedDatabase.URL_VARIABLE, database.jdbcUrl()),
              "--orders=100",
              "--kills=1");

      assertThat(ended.status()).as("%s %s", ended.out(), ended.err()).isZero();
      assertThat(ended.out().get(ended.out().size() - 1)).endsWith("in-doubt=0 kills=9");
      assertThat(ended.out()).anyMatch(line -> line.matches(".*server killed.* 0 +0"));
      assertThat(database.preparedTransactions()).containsExactly("of somebody else");
      execute(database, "commit prepared 'of somebody else'", "drop table precious");
      assertThat(schemas(database)).isZero();
    }
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void endsWithAllItsProcessesAndFiles() throws Exception {
    Process demo = DemoProcess.start(temp, "--orders=100000", "--kills=0");
    List<ProcessHandle> children;
    try (BufferedReader lines = demo.inputReader()) {
      String line = lines.readLine();
      while (line != null && !line.matches("Lockstep, XA .*orders [1-9].*")) {
        line = lines.readLine();
      }
      children = demo.descendants().toList();
      demo.destroy();
      assertThat(demo.waitFor()).isNotZero();
    } finally {
      demo.destroyForcibly();
    }

    assertThat(children).hasSizeGreaterThan(2);
    await().until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    assertThat(temp).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource({
    "--path=hope,      --path",
    "--orders=0,       --orders",
    "--orders=many,    --orders",
    "--kills=-1,       --kills",
    "--seed=x,         --seed",
    "--frobnicate,     --frobnicate",
    "leftover,         leftover"
  })
  void refusesWrongArguments(String argument, String named) throws Exception {
    DemoProcess.Ended ended = DemoProcess.run(temp, Map.of(), argument);

    assertRefused(ended, MISUSED, named, "./demo --help");
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void explainsItself() throws Exception {
    DemoProcess.Ended ended = DemoProcess.run(temp, Map.of(), "--help");

    assertThat(ended.status()).isZero();
    assertThat(String.join("\n", ended.out()))
        .contains("--path", "--orders", "--kills", "--seed", "--dir");
    assertThat(ended.err()).isEmpty();
  }

  @Test
  void refusesADirectoryThatItCannotWriteTo() throws Exception {
    Path file = Files.writeString(temp.resolve("file"), "x");
    String below = file.resolve("demo").toString();

    DemoProcess.Ended ended = DemoProcess.run(temp, Map.of(), "--dir", below);

    assertRefused(ended, FAILED, below, "name one that can be written to");
    assertThat(temp.toFile().list()).containsExactly("file");
  }

  @Test
  void refusesADirectoryThatAnotherDemoHolds() throws Exception {
    DemoDirectory held = DemoDirectory.take(temp.resolve("held"));
    try {
      DemoProcess.Ended ended = DemoProcess.run(temp, Map.of(), "--dir", held.path().toString());

      assertRefused(
          ended, FAILED, held.path().toString(), "process " + ProcessHandle.current().pid());
      assertThat(held.path().toFile().list()).containsExactly("demo.lock");
    } finally {
      held.release();
    }
  }

  @Test
  void refusesTheDirectoryOfAnOpenLog() throws Exception {
    Path directory = temp.resolve("log");
    LockstepConfig config = LockstepConfig.builder().dataDir(directory).build();
    try (Lockstep lockstep = Lockstep.open(config)) {
      DemoProcess.Ended ended = DemoProcess.run(temp, Map.of(), "--dir", directory.toString());

      assertRefused(ended, FAILED, directory.toString(), "not empty");
      assertThat(directory.resolve("demo.lock")).doesNotExist();
      lockstep.topics().create(TopicConfig.of("still-works"));
    }
  }

  @Test
  void refusesAnUnreachableDatabase() throws Exception {
    int closedPort;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closedPort = socket.getLocalPort();
    }
    String url = "jdbc:postgresql://127.0.0.1:" + closedPort + "/shop?user=shop";

    DemoProcess.Ended ended = DemoProcess.run(temp, Map.of(EmbeddedDatabase.URL_VARIABLE, url));

    assertRefused(ended, FAILED, "127.0.0.1:" + closedPort, EmbeddedDatabase.URL_VARIABLE);
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void refusesADatabaseWithoutPreparedTransactions() throws Exception {
    try (EmbeddedDatabase database =
        EmbeddedDatabase.builder().embedded().maxPreparedTransactions(0).start()) {
      DemoProcess.Ended ended =
          DemoProcess.run(temp, Map.of(EmbeddedDatabase.URL_VARIABLE, database.jdbcUrl()));

      assertRefused(ended, FAILED, "max_prepared_transactions");
    }
    assertThat(temp).isEmptyDirectory();
  }

  private static void assertRefused(DemoProcess.Ended ended, int status, String... words) {
    assertThat(ended.err()).hasSize(1);
    assertThat(ended.err().get(0)).startsWith("demo: ").contains(words);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.status()).isEqualTo(status);
  }

  private static void execute(EmbeddedDatabase database, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static int schemas(EmbeddedDatabase database) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select count(*) from pg_namespace where nspname like 'lockstep%'")) {
      row.next();
      return row.getInt(1);
    }
  }
}
