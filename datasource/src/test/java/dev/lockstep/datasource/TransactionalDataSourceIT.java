package dev.lockstep.datasource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.InvalidConfigException;
import dev.lockstep.testkit.EmbeddedDatabase;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransactionalDataSourceIT {
  private final TransactionManager manager = Narayana.manager();
  private EmbeddedDatabase database;
  private TransactionalDataSource source;

  @BeforeAll
  void startDatabase() {
    database = EmbeddedDatabase.builder().start();
    source = builder().build();
  }

  @AfterAll
  void stopDatabase() {
    source.close();
    database.close();
  }

  @BeforeEach
  void emptyTables() throws SQLException {
    execute("DROP TABLE IF EXISTS t");
    execute("CREATE TABLE t (id int PRIMARY KEY)");
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    assertThat(manager.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
    assertThat(database.preparedTransactions()).isEmpty();
  }

  private TransactionalDataSourceBuilder builder() {
    return builder("");
  }

  private TransactionalDataSourceBuilder builder(String parameters) {
    return TransactionalDataSource.builder(GuardedXADataSource.of(withParameters(parameters)))
        .name("test")
        .maximumPoolSize(4)
        .connectionTimeout(Duration.ofMillis(500))
        .transactionManager(manager)
        .synchronizationRegistry(Narayana.registry());
  }

  private String withParameters(String parameters) {
    String url = database.jdbcUrl();
    return parameters.isEmpty() ? url : url + (url.contains("?") ? "&" : "?") + parameters;
  }

  @Test
  void commitsWithOneResource() throws Exception {
    manager.begin();
    insert(1);
    manager.commit();
    assertThat(ids()).containsExactly(1);
  }

  @Test
  void commitsWithTwoResources() throws Exception {
    manager.begin();
    insert(1);
    Witness witness = enlist(Witness.silent());
    manager.commit();
    assertThat(witness.seen()).containsExactly("prepare", "commit");
    assertThat(ids()).containsExactly(1);
  }

  @Test
  void rollsBack() throws Exception {
    manager.begin();
    insert(1);
    manager.rollback();
    assertThat(ids()).isEmpty();
  }

  @Test
  void rollsBackWhatIsPreparedIfAnotherRefuses() throws Exception {
    manager.begin();
    insert(1);
    enlist(Witness.refusing());
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(ids()).isEmpty();
  }

  @Test
  void oneTransactionHasOneConnection() throws Exception {
    manager.begin();
    Connection first = source.getConnection();
    try (Connection second = source.getConnection()) {
      assertThat(backendOf(first)).isEqualTo(backendOf(second));
      first.close();
      assertThat(first.isClosed()).isTrue();
      assertThat(second.isClosed()).isFalse();
      execute(second, "INSERT INTO t VALUES (1)");
    }
    manager.commit();
    assertThat(ids()).containsExactly(1);
  }

  @Test
  void anInnerTransactionHasItsOwnConnection() throws Exception {
    manager.begin();
    insert(1);
    Transaction outer = manager.suspend();
    manager.begin();
    insert(2);
    manager.commit();
    manager.resume(outer);
    manager.rollback();
    assertThat(ids()).containsExactly(2);
  }

  @Test
  void outsideATransactionEachStatementCommits() throws Exception {
    for (int i = 0; i < 20; i++) {
      insert(i);
    }
    assertThat(ids()).hasSize(20);
  }

  @Test
  void connectionsAreReused() throws Exception {
    try (TransactionalDataSource one = builder().maximumPoolSize(1).build()) {
      List<Integer> backends = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        manager.begin();
        try (Connection connection = one.getConnection()) {
          backends.add(backendOf(connection));
          execute(connection, "INSERT INTO t VALUES (" + i + ")");
        }
        if (i % 2 == 0) {
          enlist(Witness.silent());
        }
        if (i % 3 == 0) {
          manager.commit();
        } else {
          manager.rollback();
        }
        try (Connection connection = one.getConnection()) {
          assertThat(connection.getAutoCommit()).isTrue();
          backends.add(backendOf(connection));
        }
      }
      assertThat(backends).containsOnly(backends.get(0));
    }
    assertThat(ids()).containsExactly(0, 3);
  }

  @Test
  void aHandleLeavesTheTransactionToTheManager() throws Exception {
    manager.begin();
    try (Connection connection = source.getConnection()) {
      assertThat(connection.getAutoCommit()).isFalse();
      connection.setAutoCommit(false);
      assertRefused(connection::commit);
      assertRefused(connection::rollback);
      assertRefused(() -> connection.setAutoCommit(true));
      assertRefused(connection::setSavepoint);
      assertRefused(() -> connection.setSavepoint("name"));
      execute(connection, "INSERT INTO t VALUES (1)");
    }
    manager.commit();
    assertThat(ids()).containsExactly(1);
  }

  private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("end that through UserTransaction or @Transactional")
        .extracting(e -> ((SQLException) e).getSQLState())
        .isEqualTo("2D000");
  }

  @Test
  void aHandleClosesItsStatementsAndNoOthers() throws Exception {
    manager.begin();
    try (Connection other = source.getConnection();
        Statement stays = other.createStatement()) {
      Connection connection = source.getConnection();
      PreparedStatement ends = connection.prepareStatement("SELECT 1");
      connection.close();
      assertThat(ends.isClosed()).isTrue();
      assertThat(stays.isClosed()).isFalse();
      assertThatThrownBy(connection::createStatement).hasMessage("this connection is closed");
    }
    manager.commit();
  }

  @Test
  void statementsLeadBackToTheHandle() throws Exception {
    manager.begin();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      assertRefused(() -> statement.getConnection().commit());
      assertRefused(() -> connection.getMetaData().getConnection().commit());
      statement.getConnection().close();
      insert(1);
    }
    manager.commit();
    assertThat(ids()).containsExactly(1);
  }

  @Test
  void aHandleEndsWithItsTransaction() throws Exception {
    manager.begin();
    Connection connection = source.getConnection();
    Statement statement = connection.createStatement();
    manager.commit();
    assertThat(connection.isClosed()).isTrue();
    assertThat(connection.isValid(1)).isFalse();
    assertThatThrownBy(connection::createStatement)
        .hasMessageContaining("the transaction that this connection belonged to has ended");
    assertThatThrownBy(() -> statement.execute("INSERT INTO t VALUES (1)"))
        .isInstanceOf(SQLException.class);
    connection.close();
    assertThat(ids()).isEmpty();
  }

  @Test
  void aSwallowedErrorRollsEverythingBack() throws Exception {
    manager.begin();
    insert(1);
    assertThatThrownBy(() -> insert(1)).isInstanceOf(SQLException.class);
    Witness witness = enlist(Witness.silent());
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(witness.seen()).doesNotContain("commit");
    assertThat(ids()).isEmpty();
    usableAgain();
  }

  @Test
  void aSwallowedErrorRollsBackInOnePhaseToo() throws Exception {
    manager.begin();
    insert(1);
    assertThatThrownBy(() -> insert(1)).isInstanceOf(SQLException.class);
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(ids()).isEmpty();
    usableAgain();
  }

  @Test
  void aTransactionEndedByAStatementIsNotCommitted() throws Exception {
    manager.begin();
    insert(1);
    execute("ROLLBACK");
    Witness witness = enlist(Witness.silent());
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(witness.seen()).doesNotContain("commit");
    usableAgain();
  }

  @Test
  void aDeferredConstraintRollsBackInBothProtocols() throws Exception {
    execute("DROP TABLE t");
    execute("CREATE TABLE t (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
    manager.begin();
    insert(1);
    insert(1);
    Witness witness = enlist(Witness.silent());
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(witness.seen()).doesNotContain("commit");
    manager.begin();
    insert(1);
    insert(1);
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(ids()).isEmpty();
    usableAgain();
  }

  @Test
  void aSerializationFailureAtCommitIsARollback() throws Exception {
    try (TransactionalDataSource serializable =
        builder("options=-c%20default_transaction_isolation=serializable").build()) {
      manager.begin();
      writeSkew(serializable, 1);
      Transaction first = manager.suspend();
      manager.begin();
      writeSkew(serializable, 2);
      Transaction second = manager.suspend();
      first.commit();
      assertThatThrownBy(second::commit).isInstanceOf(RollbackException.class);
    }
    assertThat(ids()).containsExactly(1);
  }

  private static void writeSkew(TransactionalDataSource serializable, int id) throws SQLException {
    try (Connection connection = serializable.getConnection()) {
      execute(connection, "SELECT count(*) FROM t");
      execute(connection, "INSERT INTO t VALUES (" + id + ")");
    }
  }

  @Test
  void aReadOnlyConnectionLeavesNothingPrepared() throws Exception {
    try (TransactionalDataSource readOnly = builder("readOnly=true").build()) {
      manager.begin();
      try (Connection connection = readOnly.getConnection()) {
        execute(connection, "SELECT 1");
      }
      enlist(Witness.silent());
      manager.commit();
    }
  }

  @Test
  void anExhaustedPoolSaysWhatToDo() throws Exception {
    try (TransactionalDataSource one = builder().maximumPoolSize(1).build();
        Connection taken = one.getConnection()) {
      assertThat(taken.isValid(1)).isTrue();
      assertThatThrownBy(one::getConnection)
          .isInstanceOf(SQLTransientConnectionException.class)
          .hasMessageContaining("no connection of pool 'test' became free within 500 ms")
          .hasMessageContaining("raise maximumPoolSize");
    }
  }

  /** HikariCP's warning, which goes to standard error here. */
  @Test
  void aConnectionThatIsNotGivenBackIsReported() throws Exception {
    PrintStream error = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try (TransactionalDataSource one =
            builder().name("leaking").reportLeaksAfter(Duration.ofSeconds(2)).build();
        Connection taken = one.getConnection()) {
      assertThat(taken.isValid(1)).isTrue();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> log.toString(StandardCharsets.UTF_8), text -> text.contains("leak detected"));
      assertThat(log.toString(StandardCharsets.UTF_8))
          .contains("aConnectionThatIsNotGivenBackIsReported");
    } finally {
      System.setErr(error);
    }
  }

  @Test
  void aTimeThatEachTransactionTakesIsNoLeak() {
    assertThatThrownBy(() -> builder().reportLeaksAfter(Duration.ofMillis(1999)).build())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("reportLeaksAfter is PT1.999S; use at least PT2S");
  }

  @Test
  void whatWasSetOnAConnectionDoesNotStay() throws Exception {
    try (TransactionalDataSource one = builder().maximumPoolSize(1).build()) {
      try (Connection connection = one.getConnection()) {
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        connection.setAutoCommit(false);
        execute(connection, "SELECT 1");
      }
      manager.begin();
      try (Connection connection = one.getConnection()) {
        assertThat(connection.isReadOnly()).isFalse();
        assertThat(connection.getTransactionIsolation())
            .isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
        connection.setSchema("pg_catalog");
      }
      manager.commit();
      try (Connection connection = one.getConnection()) {
        assertThat(connection.getSchema()).isEqualTo("public");
        connection.setSchema("pg_catalog");
      }
      try (Connection connection = one.getConnection()) {
        assertThat(connection.getSchema()).isEqualTo("public");
      }
    }
  }

  @Test
  void aTransactionMarkedForRollbackTakesNoNewConnection() throws Exception {
    manager.begin();
    manager.setRollbackOnly();
    assertThatThrownBy(source::getConnection)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("could not join the transaction");
    manager.rollback();
    usableAgain();
  }

  /** The thread is at work on the connection when the manager rolls back from its own thread. */
  @Test
  void aTransactionThatTimesOutLeavesNothing() throws Exception {
    try (TransactionalDataSource one = builder().maximumPoolSize(1).build()) {
      manager.setTransactionTimeout(1);
      int backend;
      try {
        manager.begin();
        try (Connection connection = one.getConnection();
            Statement statement = connection.createStatement()) {
          backend = backendOf(connection);
          assertThatThrownBy(
                  () -> {
                    for (int i = 0; true; i++) {
                      statement.execute("INSERT INTO t VALUES (" + i + ")");
                      statement.execute("SELECT pg_sleep(0.05)");
                    }
                  })
              .isInstanceOf(SQLException.class);
        }
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
      } finally {
        manager.setTransactionTimeout(0);
      }
      try (Connection connection = one.getConnection()) {
        assertThat(backendOf(connection)).isNotEqualTo(backend);
      }
    }
    assertThat(ids()).isEmpty();
  }

  @Test
  void aTimeoutEndsTheStatementThatRuns() throws Exception {
    manager.setTransactionTimeout(1);
    try {
      manager.begin();
      insert(1);
      assertThatThrownBy(() -> execute("SELECT pg_sleep(60)"))
          .isInstanceOf(SQLException.class)
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("57014");
      assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    } finally {
      manager.setTransactionTimeout(0);
    }
    assertThat(ids()).isEmpty();
    usableAgain();
  }

  /** As when a manager rolls back after a timeout, and the user's thread has not noticed yet. */
  @Test
  void aStatementAfterTheRollbackIsNeverCommitted() throws Exception {
    manager.begin();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO t VALUES (1)");
      Witness witness =
          enlist(Witness.actingAtRollback(() -> statement.execute("INSERT INTO t VALUES (2)")));
      manager.rollback();
      assertThat(witness.seen()).containsExactly("rollback");
    }
    assertThat(ids()).isEmpty();
    usableAgain();
  }

  private void usableAgain() throws Exception {
    manager.begin();
    insert(100);
    manager.commit();
    assertThat(ids()).contains(100);
  }

  private <W extends Witness> W enlist(W witness) throws Exception {
    assertThat(manager.getTransaction().enlistResource(witness)).isTrue();
    return witness;
  }

  private void insert(int id) throws SQLException {
    execute("INSERT INTO t VALUES (" + id + ")");
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = source.getConnection()) {
      execute(connection, sql);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int backendOf(Connection connection) throws SQLException {
    return numbers(connection, "SELECT pg_backend_pid()").get(0);
  }

  private List<Integer> ids() throws SQLException {
    try (Connection connection = source.getConnection()) {
      return numbers(connection, "SELECT id FROM t ORDER BY id");
    }
  }

  private static List<Integer> numbers(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<Integer> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getInt(1));
      }
      return found;
    }
  }
}
