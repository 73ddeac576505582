package dev.lockstep.datasource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lockstep.jdbc.Companion;
import dev.lockstep.jdbc.JointCommit;
import dev.lockstep.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.ConnectionEvent;
import javax.sql.ConnectionEventListener;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The guard as any container's pool uses it, with the real driver, step by step. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GuardedXADataSourceIT {
  private final Xid xid = new TestXid("guarded", "1");
  private EmbeddedDatabase database;
  private GuardedXADataSource source;
  private GuardedXAConnection connection;
  private XAResource resource;

  @BeforeAll
  void startDatabase() {
    database = EmbeddedDatabase.builder().start();
    source = GuardedXADataSource.of(database.jdbcUrl());
  }

  @AfterAll
  void stopDatabase() {
    database.close();
  }

  @BeforeEach
  void open() throws SQLException {
    connection = source.open();
    resource = connection.getXAResource();
  }

  @AfterEach
  void nothingIsLeft() throws SQLException {
    connection.closeQuietly();
    assertThat(database.preparedTransactions()).isEmpty();
  }

  @Test
  void preparesCommitsAndRollsBack() throws Exception {
    work("CREATE TABLE IF NOT EXISTS g (id int)");
    assertThat(resource.prepare(xid)).isEqualTo(XAResource.XA_OK);
    assertThat(database.preparedTransactions()).hasSize(1);
    resource.commit(xid, false);
    work("DROP TABLE g");
    resource.prepare(xid);
    resource.rollback(xid);
    work("DROP TABLE g");
    resource.commit(xid, true);
    assertThat(connection.isReusable()).isTrue();
  }

  @Test
  void recoveryListsAndFinishesWhatAnotherConnectionPrepared() throws Exception {
    work("SELECT 1");
    resource.prepare(xid);
    connection.close();
    XAResource recovery = source.openRecovery();
    try {
      assertThat(source.owns(recovery)).isTrue();
      Xid[] listed = recovery.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN);
      assertThat(List.of(listed)).map(BranchKey::of).containsExactly(BranchKey.of(xid));
      recovery.commit(xid, false);
      assertCode(XAException.XAER_NOTA, () -> recovery.commit(xid, false));
      assertCode(XAException.XAER_NOTA, () -> recovery.rollback(xid));
    } finally {
      source.closeRecovery(recovery);
    }
  }

  @Test
  void aBackendTerminatedBeforeStart() throws Exception {
    database.terminateBackends();
    AtomicInteger told = tellOfErrors();
    assertCode(XAException.XAER_RMFAIL, () -> resource.start(xid, XAResource.TMNOFLAGS));
    assertThat(told).hasValue(1);
    assertThat(connection.isReusable()).isFalse();
  }

  @Test
  void aBackendTerminatedAfterStart() throws Exception {
    resource.start(xid, XAResource.TMNOFLAGS);
    database.terminateBackends();
    resource.end(xid, XAResource.TMSUCCESS);
    assertCode(XAException.XAER_RMFAIL, () -> resource.commit(xid, true));
  }

  @Test
  void aBackendTerminatedAfterEnd() throws Exception {
    work("SELECT 1");
    database.terminateBackends();
    AtomicInteger told = tellOfErrors();
    assertCode(XAException.XAER_RMFAIL, () -> resource.prepare(xid));
    assertThat(told).hasValue(1);
    resource.rollback(xid);
  }

  @Test
  void aBackendTerminatedAfterEndAndThenRolledBack() throws Exception {
    work("SELECT 1");
    database.terminateBackends();
    resource.rollback(xid);
    assertThat(connection.isReusable()).isFalse();
  }

  @Test
  void aBackendTerminatedAfterPrepare() throws Exception {
    work("SELECT 1");
    resource.prepare(xid);
    database.terminateBackends();
    AtomicInteger told = tellOfErrors();
    resource.commit(xid, false);
    assertThat(told).hasValue(1);
    assertThat(connection.isReusable()).isFalse();
  }

  /** As if the server had committed, and its answer had been lost. */
  @Test
  void aBranchThatWasFinishedBehindTheBackOfItsConnectionIsCommitted() throws Exception {
    work("SELECT 1");
    resource.prepare(xid);
    XAResource other = source.openRecovery();
    other.commit(xid, false);
    source.closeRecovery(other);
    resource.commit(xid, false);
  }

  @Test
  void prepareWhereItIsSwitchedOffIsARollback() throws Exception {
    try (EmbeddedDatabase without =
        EmbeddedDatabase.builder().embedded().maxPreparedTransactions(0).start()) {
      GuardedXAConnection there = GuardedXADataSource.of(without.jdbcUrl()).open();
      XAResource branch = there.getXAResource();
      branch.start(xid, XAResource.TMNOFLAGS);
      branch.end(xid, XAResource.TMSUCCESS);
      assertCode(XAException.XA_RBROLLBACK, () -> branch.prepare(xid));
      assertThat(there.isReusable()).isTrue();
      there.close();
    }
  }

  @Test
  void aCompanionCommitsWithItsBranch() throws Exception {
    execute("CREATE TABLE j (id int PRIMARY KEY)");
    RecordedCompanion companion = new RecordedCompanion("INSERT INTO j VALUES (1)");
    joined(companion, "SELECT 1");
    resource.commit(xid, true);
    assertThat(companion.told()).containsExactly("seal", "committed");
    assertThat(connection.isReusable()).isTrue();
    execute("UPDATE j SET id = 1 / count FROM (SELECT count(*) FROM j) one");
    execute("DROP TABLE j");
  }

  @Test
  void aCompanionIsPreparedWithItsBranchAndFindsOutTheRestItself() throws Exception {
    execute("CREATE TABLE j (id int PRIMARY KEY)");
    RecordedCompanion companion = new RecordedCompanion("INSERT INTO j VALUES (1)");
    joined(companion, "SELECT 1");
    resource.prepare(xid);
    assertThat(database.preparedTransactions()).hasSize(1);
    resource.commit(xid, false);
    assertThat(companion.told()).containsExactly("seal");
    assertThat(connection.isReusable()).isTrue();
    execute("UPDATE j SET id = 1 / count FROM (SELECT count(*) FROM j) one");
    execute("DROP TABLE j");
  }

  @Test
  void aCompanionThatFailsRollsItsBranchBack() throws Exception {
    for (String sql : List.of("INSERT INTO nowhere VALUES (1)", "SELECT 1 / 0")) {
      RecordedCompanion companion = new RecordedCompanion(sql);
      joined(companion, "CREATE TABLE j (id int)");
      assertThat(catchThrowable(() -> resource.commit(xid, true)))
          .isInstanceOf(XAException.class)
          .hasMessageContaining("try something else");
      assertThat(companion.told()).containsExactly("seal", "rolled back");
      companion = new RecordedCompanion(sql);
      joined(companion, "CREATE TABLE j (id int)");
      assertCode(XAException.XA_RBROLLBACK, () -> resource.prepare(xid));
      assertThat(companion.told()).containsExactly("seal", "rolled back");
    }
    assertThat(connection.isReusable()).isTrue();
  }

  @Test
  void aCompanionThatCannotBeSealedRollsItsBranchBack() throws Exception {
    Companion refusing =
        () -> {
          throw new IllegalStateException("no");
        };
    joined(refusing, "CREATE TABLE j (id int)");
    assertCode(XAException.XA_RBROLLBACK, () -> resource.commit(xid, true));
    joined(refusing, "CREATE TABLE j (id int)");
    assertCode(XAException.XA_RBROLLBACK, () -> resource.prepare(xid));
    assertThat(connection.isReusable()).isTrue();
  }

  @Test
  void aCompanionIsToldThatNobodyKnows() throws Exception {
    RecordedCompanion companion = new RecordedCompanion("SELECT 1");
    joined(companion, "SELECT 1");
    database.terminateBackends();
    assertCode(XAException.XAER_RMFAIL, () -> resource.commit(xid, true));
    assertThat(companion.told()).containsExactly("seal", "unknown");
  }

  @Test
  void aCompanionOfARollbackIsNotAsked() throws Exception {
    RecordedCompanion companion = new RecordedCompanion("SELECT 1");
    joined(companion, "SELECT 1");
    resource.rollback(xid);
    work("SELECT 1");
    resource.commit(xid, true);
    assertThat(companion.told()).isEmpty();
  }

  @Test
  void outsideABranchNothingCanJoin() throws Exception {
    RecordedCompanion companion = new RecordedCompanion("SELECT 1");
    try (Connection handle = connection.getConnection()) {
      assertThat(handle.unwrap(JointCommit.class).join(companion)).isFalse();
    }
    joined(companion, "SELECT 1");
    assertThat(connection.jointCommit().join(companion)).isFalse(); // one is there already
    resource.commit(xid, true);
    assertThat(connection.jointCommit().join(companion)).isFalse();
  }

  private void joined(Companion companion, String sql) throws Exception {
    resource.start(xid, XAResource.TMNOFLAGS);
    try (Connection handle = connection.getConnection();
        Statement statement = handle.createStatement()) {
      assertThat(handle.isWrapperFor(JointCommit.class)).isTrue();
      assertThat(handle.unwrap(JointCommit.class).join(companion)).isTrue();
      statement.execute(sql);
    }
    resource.end(xid, XAResource.TMSUCCESS);
  }

  private void execute(String sql) throws Exception {
    work(sql);
    resource.commit(xid, true);
  }

  private void work(String sql) throws Exception {
    resource.start(xid, XAResource.TMNOFLAGS);
    try (Connection handle = connection.getConnection();
        Statement statement = handle.createStatement()) {
      statement.execute(sql);
    }
    resource.end(xid, XAResource.TMSUCCESS);
  }

  private AtomicInteger tellOfErrors() {
    AtomicInteger told = new AtomicInteger();
    connection.addConnectionEventListener(
        new ConnectionEventListener() {
          @Override
          public void connectionClosed(ConnectionEvent event) {}

          @Override
          public void connectionErrorOccurred(ConnectionEvent event) {
            assertThat(event.getSource()).isSameAs(connection);
            told.incrementAndGet();
          }
        });
    return told;
  }

  private static void assertCode(int code, ThrowingCallable call) {
    assertThat(catchThrowable(call))
        .isInstanceOf(XAException.class)
        .extracting(failure -> ((XAException) failure).errorCode)
        .isEqualTo(code);
  }
}
