package dev.lockstep.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.InvalidConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbeddedDatabaseIT {

  @Test
  void writesAreForcedAsInProduction() throws SQLException {
    try (EmbeddedDatabase database = embedded().maxPreparedTransactions(7).start()) {
      assertThat(query(database, "SHOW fsync")).containsExactly("on");
      assertThat(query(database, "SHOW synchronous_commit")).containsExactly("on");
      assertThat(query(database, "SHOW full_page_writes")).containsExactly("on");
      assertThat(query(database, "SHOW max_prepared_transactions")).containsExactly("7");
    }
  }

  @Test
  void whatWasCommittedOrPreparedSurvivesAKillAndWhatWasNotDoesNot() throws SQLException {
    try (EmbeddedDatabase database = embedded().start()) {
      execute(database, "CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)");
      execute(database, "BEGIN", "INSERT INTO t VALUES (2)", "PREPARE TRANSACTION 'two'");
      try (Connection open = DriverManager.getConnection(database.jdbcUrl())) {
        open.setAutoCommit(false);
        open.createStatement().execute("INSERT INTO t VALUES (3)");

        database.killPostmaster();

        assertThatThrownBy(open::commit).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> query(database, "SELECT 1")).isInstanceOf(SQLException.class);
      }
      database.restart();
      assertThat(database.preparedTransactions()).containsExactly("two");
      execute(database, "COMMIT PREPARED 'two'");
      assertThat(query(database, "SELECT id FROM t ORDER BY id")).containsExactly("1", "2");
      assertThat(database.preparedTransactions()).isEmpty();
    }
  }

  @Test
  void canBeKilledAgainAndAgainUnderLoad() throws Exception {
    try (EmbeddedDatabase database = embedded().start()) {
      execute(database, "CREATE TABLE t (id serial)");
      for (int round = 0; round < 3; round++) {
        List<Thread> load = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          Thread thread = new Thread(() -> insertUntilKilled(database));
          thread.start();
          load.add(thread);
        }
        String atLeast = Integer.toString(20 * (round + 1));
        Awaitility.await()
            .until(() -> query(database, "SELECT count(*) > " + atLeast + " FROM t").contains("t"));
        database.killPostmaster();
        for (Thread thread : load) {
          thread.join();
        }
        database.restart();
      }
      assertThat(query(database, "SELECT count(*) > 60 FROM t")).containsExactly("t");
    }
  }

  private static void insertUntilKilled(EmbeddedDatabase database) {
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
        Statement statement = connection.createStatement()) {
      while (true) {
        statement.execute("INSERT INTO t DEFAULT VALUES");
      }
    } catch (SQLException e) {
      // Killed: what this thread was for.
      return;
    }
  }

  @Test
  void keptDataIsThereForTheNextServer(@TempDir Path directory) throws SQLException {
    Path data = directory.resolve("data");
    try (EmbeddedDatabase database = embedded().dataDirectory(data).start()) {
      execute(database, "CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)");
    }
    try (EmbeddedDatabase database = embedded().dataDirectory(data).start()) {
      assertThat(query(database, "SELECT id FROM t")).containsExactly("1");
      database.restart();
      assertThat(query(database, "SELECT id FROM t")).containsExactly("1");
    }
  }

  @Test
  void aDirectoryInUseIsRefused(@TempDir Path directory) {
    EmbeddedDatabase.Builder builder = embedded().dataDirectory(directory.resolve("data"));
    try (EmbeddedDatabase database = builder.start()) {
      assertThat(database.jdbcUrl()).isNotEmpty();
      assertThatThrownBy(builder::start)
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("is in use by the PostgreSQL process");
    }
  }

  @Test
  void aDirectoryThatCannotBeUsedIsRefused(@TempDir Path directory) throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> embedded().dataDirectory(file).start())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(file.toString());
    Path foreign = Files.createDirectory(directory.resolve("foreign"));
    Files.createFile(foreign.resolve("something"));
    assertThatThrownBy(() -> embedded().dataDirectory(foreign).start())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("not empty");
  }

  /** What root does in a container that forbids user namespaces. */
  @Test
  void rootMayRunItAsNobody() throws Exception {
    Path data = Files.createTempDirectory("lockstep-nobody");
    try {
      assumeTrue(Files.getAttribute(data, "unix:uid").equals(0), "only root can");
      ServerAccount.NOBODY.own(data);
      try (EmbeddedDatabase database = embedded().dataDirectory(data).start()) {
        execute(database, "CREATE TABLE t (id int)");
        database.killPostmaster();
        database.restart();
        assertThat(query(database, "SELECT count(*) FROM t")).containsExactly("0");
      }
    } finally {
      PostgresBinaries.deleteTree(data);
    }
  }

  @Test
  void terminatedBackendsAreGone() throws SQLException {
    try (EmbeddedDatabase database = embedded().start();
        Connection first = DriverManager.getConnection(database.jdbcUrl());
        Connection second = DriverManager.getConnection(database.jdbcUrl())) {
      assertThat(database.terminateBackends()).isEqualTo(2);
      assertThat(first.isValid(5)).isFalse();
      assertThat(second.isValid(5)).isFalse();
      assertThat(query(database, "SELECT 1")).containsExactly("1");
    }
  }

  @Test
  void nothingIsLeftBehindWhenTheProcessIsKilled(@TempDir Path directory) throws Exception {
    Path data = directory.resolve("data");
    Process owner =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                DatabaseOwner.class.getName(),
                data.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(owner.inputReader().readLine()).isEqualTo("started");
      long postmaster = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0));
      owner.destroyForcibly().waitFor();
      Awaitility.await()
          .atMost(20, TimeUnit.SECONDS)
          .until(() -> ProcessHandle.of(postmaster).isEmpty());
    } finally {
      owner.destroyForcibly();
    }
  }

  /** A process that starts a database and then waits to be killed. */
  static final class DatabaseOwner {
    private DatabaseOwner() {}

    public static void main(String[] args) throws Exception {
      try (EmbeddedDatabase database = embedded().dataDirectory(Path.of(args[0])).start()) {
        System.out.println(database.jdbcUrl().isEmpty() ? "failed" : "started");
        Thread.currentThread().join();
      }
    }
  }

  @Test
  void anotherPostgresIsUsedByItsUrl() throws SQLException {
    try (EmbeddedDatabase theirs = embedded().maxPreparedTransactions(5).start()) {
      try (EmbeddedDatabase database =
          EmbeddedDatabase.builder().own(theirs.jdbcUrl()).maxPreparedTransactions(5).start()) {
        assertThat(database.jdbcUrl()).isEqualTo(theirs.jdbcUrl());
        assertThatThrownBy(database::killPostmaster)
            .isInstanceOf(UnsupportedOperationException.class)
            .hasMessageContaining("LOCKSTEP_PG_URL");
        assertThatThrownBy(database::restart).isInstanceOf(UnsupportedOperationException.class);
      }
      assertThat(query(theirs, "SELECT 1")).containsExactly("1");
    }
  }

  @Test
  void anotherPostgresWithTooFewPreparedTransactionsIsRefused() {
    try (EmbeddedDatabase theirs = embedded().maxPreparedTransactions(0).start()) {
      EmbeddedDatabase.Builder builder = EmbeddedDatabase.builder().own(theirs.jdbcUrl());
      assertThatThrownBy(builder::start)
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("max_prepared_transactions = 0")
          .hasMessageContaining("set max_prepared_transactions = 64 in postgresql.conf");
    }
  }

  @Test
  void anotherPostgresThatDoesNotAnswerIsRefused() {
    EmbeddedDatabase.Builder builder =
        EmbeddedDatabase.builder()
            .own("jdbc:postgresql://127.0.0.1:1/postgres?user=me&password=secret");
    assertThatThrownBy(builder::start)
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("jdbc:postgresql://127.0.0.1:1/postgres (LOCKSTEP_PG_URL)")
        .hasMessageContaining("start it, or correct the URL")
        .hasMessageNotContaining("secret");
  }

  /**
   * Also where the environment names another PostgreSQL: these tests are about the embedded one.
   */
  private static EmbeddedDatabase.Builder embedded() {
    return EmbeddedDatabase.builder().embedded();
  }

  private static void execute(EmbeddedDatabase database, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static List<String> query(EmbeddedDatabase database, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }
}
