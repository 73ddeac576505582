package dev.lockstep.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.system.Shop.Order;
import dev.lockstep.testkit.Child;
import dev.lockstep.testkit.EmbeddedDatabase;
import dev.lockstep.xa.narayana.TransactionStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * At each moment of two-phase commit each process that takes part is killed: the row is there if
 * and only if the message is, nothing stays in doubt, and what was decided is what came of it. Each
 * store of decision records has a class, so that they can run side by side.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class KillMatrixIT {
  private static final String NODE = "matrix-1";

  @TempDir Path directory;
  private final TransactionStore store;
  private EmbeddedDatabase database;

  KillMatrixIT(TransactionStore store) {
    this.store = store;
  }

  /** When something is killed. */
  enum Moment {
    BEFORE_PREPARE(Order.LOG_FIRST, "log.prepare.before"),
    AFTER_OUR_PREPARE(Order.LOG_FIRST, "log.prepare.after"),
    AFTER_THE_DATABASES_PREPARE(Order.DATABASE_FIRST, "database.prepare.after"),
    BEFORE_THE_DECISION_RECORD(Order.LOG_FIRST, "database.prepare.after"),
    AFTER_THE_DECISION_RECORD(Order.LOG_FIRST, "log.commit.before"),
    BETWEEN_THE_COMMITS(Order.LOG_FIRST, "log.commit.after"),
    BETWEEN_THE_COMMITS_DATABASE_FIRST(Order.DATABASE_FIRST, "database.commit.after"),
    BEFORE_THE_RECORD_IS_REMOVED(Order.LOG_FIRST, "database.commit.after"),
    IN_RECOVERY_BEFORE_THE_COMMIT(Order.LOG_FIRST, RecoveryStop.BEFORE_COMMIT),
    IN_RECOVERY_AFTER_THE_COMMIT(Order.LOG_FIRST, RecoveryStop.AFTER_COMMIT);

    private final Order order;
    private final String point;

    Moment(Order order, String point) {
      this.order = order;
      this.point = point;
    }

    private boolean isInRecovery() {
      return RecoveryStop.isPoint(point);
    }

    /** Whether all have voted, so that whoever lives on decides to commit. */
    private boolean allHaveVoted() {
      return compareTo(BEFORE_THE_DECISION_RECORD) >= 0;
    }

    private boolean isDecided() {
      return compareTo(AFTER_THE_DECISION_RECORD) >= 0;
    }
  }

  /** What is killed. */
  enum Victim {
    APPLICATION,
    BACKENDS,
    POSTMASTER,
    APPLICATION_AND_POSTMASTER;

    private boolean isApplication() {
      return this == APPLICATION || this == APPLICATION_AND_POSTMASTER;
    }

    private boolean isPostmaster() {
      return this == POSTMASTER || this == APPLICATION_AND_POSTMASTER;
    }
  }

  @BeforeAll
  void startDatabase() {
    database = EmbeddedDatabase.builder().embedded().start();
  }

  @AfterAll
  void stopDatabase() {
    database.close();
  }

  @BeforeEach
  void nothingIsSold() throws SQLException {
    Sold.create(database);
  }

  /** Whether a cell is tested; all are, but for stores that say otherwise. */
  boolean isTested(Moment moment, Victim victim) {
    return true;
  }

  Stream<Arguments> cells() {
    return Stream.of(Moment.values())
        .flatMap(
            moment ->
                Stream.of(Victim.values())
                    .filter(victim -> isTested(moment, victim))
                    .map(victim -> Arguments.of(moment, victim)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("cells")
  void killed(Moment moment, Victim victim) throws Exception {
    if (moment.isInRecovery()) {
      try (Child first = start("log.commit.before", Order.LOG_FIRST.name())) {
        first.expect(ShopProcess.STOPPED);
        first.kill();
      }
    }
    List<String> found;
    String what = moment.isInRecovery() ? ShopProcess.RECOVER : moment.order.name();
    try (Child child = start(moment.point, what)) {
      assertThat(child.expect(ShopProcess.STOPPED)).isEqualTo(moment.point);
      found = victim.isApplication() ? killed(child, victim) : survives(child, moment, victim);
    }
    boolean committed = victim.isApplication() ? moment.isDecided() : commits(moment);
    assertThat(found)
        .containsExactly(
            "LEFT []", "HEURISTICS []", "LOG []", "MESSAGES " + (committed ? "[1]" : "[]"));
    assertThat(Sold.ids(database)).isEqualTo(committed ? List.of("1") : List.of());
    assertThat(database.preparedTransactions()).isEmpty();
  }

  /** A database that can't vote any more, or has not, makes the decision a rollback. */
  private static boolean commits(Moment moment) {
    return moment.allHaveVoted() || moment == Moment.AFTER_THE_DATABASES_PREPARE;
  }

  private List<String> killed(Child child, Victim victim) throws IOException, InterruptedException {
    child.kill();
    if (victim.isPostmaster()) {
      database.killPostmaster();
      database.restart();
    }
    try (Child next = start("", ShopProcess.RECOVER)) {
      return next.end();
    }
  }

  private List<String> survives(Child child, Moment moment, Victim victim)
      throws IOException, InterruptedException, SQLException {
    if (victim.isPostmaster()) {
      database.killPostmaster();
    } else {
      assertThat(database.terminateBackends()).isPositive();
    }
    if (moment.isInRecovery() && victim.isPostmaster()) {
      database.restart(); // it has nothing to do before that
    }
    child.order(ShopProcess.GO_ON);
    if (!moment.isInRecovery()) {
      assertThat(child.expect(ShopProcess.REPORTED))
          .isEqualTo(commits(moment) ? "committed" : "rolled back");
      if (victim.isPostmaster()) {
        database.restart();
      }
      child.order(ShopProcess.GO_ON);
    }
    return child.end();
  }

  private Child start(String point, String what) throws IOException {
    Child child =
        Child.start(
            ShopProcess.class,
            directory.toString(),
            NODE,
            store.name(),
            database.jdbcUrl(),
            point,
            what,
            "1");
    child.expect(ShopProcess.READY);
    return child;
  }
}
