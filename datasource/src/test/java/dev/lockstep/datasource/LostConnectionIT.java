package dev.lockstep.datasource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.testkit.KillPoints;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Loses the connection, or the whole server, at every point of the protocol. Whatever happens, the
 * row is there if and only if the other resource was told to commit, and nothing stays prepared.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LostConnectionIT {
  private final TransactionManager manager = Narayana.manager();
  private EmbeddedDatabase database;
  private GuardedXADataSource guarded;
  private Optional<TransactionalDataSource> opened = Optional.empty();

  /** How a connection can be lost. */
  enum Loss {
    BACKEND_TERMINATED {
      @Override
      void happen(EmbeddedDatabase database) throws SQLException {
        database.terminateBackends();
      }
    },
    SERVER_KILLED_AND_RESTARTED {
      @Override
      void happen(EmbeddedDatabase database) {
        database.killPostmaster();
        database.restart();
      }
    },
    SERVER_KILLED {
      @Override
      void happen(EmbeddedDatabase database) {
        database.killPostmaster();
      }
    };

    abstract void happen(EmbeddedDatabase database) throws SQLException;
  }

  private record Outcome(String reported, List<String> witnessed) {}

  @BeforeAll
  void startDatabase() {
    database = EmbeddedDatabase.builder().embedded().start();
    guarded = GuardedXADataSource.of(database.jdbcUrl());
  }

  @AfterAll
  void stopDatabase() {
    database.close();
  }

  @BeforeEach
  void emptyTable() throws SQLException {
    execute("DROP TABLE IF EXISTS t");
    execute("CREATE TABLE t (id int PRIMARY KEY)");
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    opened.ifPresent(TransactionalDataSource::close);
    assertThat(manager.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
    List<String> left = database.preparedTransactions();
    for (String branch : left) {
      // It would hold its locks against the next test.
      execute("ROLLBACK PREPARED '" + branch + "'");
    }
    assertThat(left).isEmpty();
  }

  static Stream<Arguments> pointsOfTwoPhases() {
    return KillPoints.names(KillPoints.DATABASE).stream()
        .filter(point -> !point.contains("one-phase") && !point.contains("rollback"))
        .flatMap(point -> Stream.of(Loss.values()).map(loss -> Arguments.of(point, loss)));
  }

  @ParameterizedTest
  @MethodSource("pointsOfTwoPhases")
  void aCommitInTwoPhasesStaysWhole(String point, Loss loss) throws Exception {
    Outcome outcome = transact(point, loss, Optional.of(Witness.silent()));

    boolean committed = outcome.witnessed.contains("commit");
    assertThat(rowExists()).isEqualTo(committed);
    assertThat(outcome.reported).isEqualTo(committed ? "committed" : "rolled back");
    assertThat(committed)
        .as("only a loss at prepare may roll back")
        .isEqualTo(!lostAtPrepare(point));
  }

  private static boolean lostAtPrepare(String point) {
    return point.equals("database.prepare.before");
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void aRollbackOfAPreparedBranchStaysWhole(Loss loss) throws Exception {
    Outcome outcome = transact("database.rollback.before", loss, Optional.of(Witness.refusing()));
    assertThat(outcome.reported).isEqualTo("rolled back");
    assertThat(rowExists()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void aLossBeforeAOnePhaseCommitIsNotReportedAsSuccess(Loss loss) throws Exception {
    Outcome outcome = transact("database.commit-one-phase.before", loss, Optional.empty());
    assertThat(outcome.reported).isEqualTo("unknown");
    assertThat(rowExists()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void aLossAfterAOnePhaseCommitChangesNothing(Loss loss) throws Exception {
    Outcome outcome = transact("database.commit-one-phase.after", loss, Optional.empty());
    assertThat(outcome.reported).isEqualTo("committed");
    assertThat(rowExists()).isTrue();
  }

  /** The application's own thread loses its connection, and sees so in its next statement. */
  @ParameterizedTest
  @EnumSource(Loss.class)
  void aLossBetweenStatementsRollsBack(Loss loss) throws Exception {
    TransactionalDataSource source = open(manager);
    manager.begin();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO t VALUES (1)");
      loss.happen(database);
    }
    Witness witness = Witness.silent();
    manager.getTransaction().enlistResource(witness);
    assertThat(commit(manager)).isEqualTo("rolled back");
    assertThat(witness.seen()).doesNotContain("commit");
    restartIf(loss);
    assertThat(rowExists()).isFalse();
  }

  /** A pool full of dead connections costs no more than the transactions that meet them. */
  @Test
  void thePoolRecovers() throws Exception {
    TransactionalDataSource source = open(manager);
    try (Connection first = source.getConnection();
        Connection second = source.getConnection()) {
      assertThat(first.isValid(5) && second.isValid(5)).isTrue();
    }
    database.killPostmaster();
    database.restart();
    int failures = 0;
    for (int id = 1; id <= 10; id++) {
      manager.begin();
      try (Connection connection = source.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("INSERT INTO t VALUES (" + id + ")");
        manager.commit();
      } catch (SQLException e) {
        failures++;
        manager.rollback();
      }
    }
    assertThat(failures).isLessThanOrEqualTo(2);
    assertThat(count()).isEqualTo(10 - failures);
  }

  private Outcome transact(String point, Loss loss, Optional<Witness> witness) throws Exception {
    AtomicReference<String> reached = new AtomicReference<>("");
    TransactionManager instrumented =
        KillPoints.armed(
                point,
                name -> {
                  reached.set(name);
                  happen(loss);
                })
            .instrument(manager, resource -> resource instanceof Witness ? "witness" : "database");
    TransactionalDataSource source = open(instrumented);
    instrumented.begin();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO t VALUES (1)");
    }
    if (witness.isPresent()) {
      assertThat(instrumented.getTransaction().enlistResource(witness.get())).isTrue();
    }
    String reported = commit(instrumented);
    assertThat(reached.get()).isEqualTo(point);
    restartIf(loss);
    recoverWhatIsPrepared();
    return new Outcome(reported, witness.map(Witness::seen).orElse(List.of()));
  }

  private void recoverWhatIsPrepared() throws SQLException {
    for (int pass = 0; pass < 3 && !database.preparedTransactions().isEmpty(); pass++) {
      Narayana.recover(guarded);
    }
  }

  private static String commit(TransactionManager manager) throws Exception {
    try {
      manager.commit();
      return "committed";
    } catch (RollbackException e) {
      return "rolled back";
    } catch (HeuristicMixedException | HeuristicRollbackException e) {
      return "unknown";
    }
  }

  private void happen(Loss loss) {
    try {
      loss.happen(database);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void restartIf(Loss loss) {
    if (loss == Loss.SERVER_KILLED) {
      database.restart();
    }
  }

  private TransactionalDataSource open(TransactionManager withManager) {
    TransactionalDataSource source =
        TransactionalDataSource.builder(guarded)
            .name("lost")
            .maximumPoolSize(2)
            .connectionTimeout(Duration.ofSeconds(5))
            .transactionManager(withManager)
            .synchronizationRegistry(Narayana.registry())
            .build();
    opened = Optional.of(source);
    return source;
  }

  private boolean rowExists() throws SQLException {
    return count() == 1;
  }

  private int count() throws SQLException {
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM t")) {
      row.next();
      return row.getInt(1);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
