package dev.lockstep.datasource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lockstep.datasource.ScriptedXADataSource.Script;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.ConnectionEvent;
import javax.sql.ConnectionEventListener;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of every code that a driver may answer, in every step. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GuardedXAResourceTest {
  private static final Xid XID = new TestXid("global", "branch");

  private final ScriptedXADataSource driver = new ScriptedXADataSource();
  private final GuardedXADataSource source = new GuardedXADataSource(driver);
  private final Script first = driver.next();

  static Stream<XAException> heuristics() {
    return codes(
        XAException.XA_HEURCOM,
        XAException.XA_HEURRB,
        XAException.XA_HEURMIX,
        XAException.XA_HEURHAZ);
  }

  static Stream<XAException> rollbacks() {
    return IntStream.rangeClosed(XAException.XA_RBBASE, XAException.XA_RBEND)
        .mapToObj(code -> XAExceptions.of(code, "code " + code));
  }

  static Stream<XAException> otherCodes() {
    return codes(
        XAException.XAER_ASYNC,
        XAException.XAER_RMERR,
        XAException.XAER_NOTA,
        XAException.XAER_INVAL,
        XAException.XAER_PROTO,
        XAException.XAER_RMFAIL,
        XAException.XAER_DUPID,
        XAException.XAER_OUTSIDE,
        XAException.XA_RETRY,
        XAException.XA_NOMIGRATE,
        0);
  }

  private static Stream<XAException> codes(int... codes) {
    return IntStream.of(codes).mapToObj(code -> XAExceptions.of(code, "code " + code));
  }

  static Stream<Throwable> bugs() {
    return Stream.of(new IllegalStateException("a bug"), new AssertionError("a bug"));
  }

  /** What proves nothing about a step. */
  static Stream<Throwable> doubts() {
    return Stream.of(otherCodes(), bugs(), deadConnections()).flatMap(failures -> failures);
  }

  static Stream<Throwable> allButHeuristics() {
    return Stream.concat(rollbacks(), doubts());
  }

  static Stream<XAException> deadConnections() {
    return Stream.of(
            "08000", "08003", "08006", "57P01", "57P02", "57P03", "57P04", "57P05", "25P03",
            "25P04")
        .map(state -> sql(XAException.XAER_RMERR, state));
  }

  private static XAException sql(int code, String state) {
    return XAExceptions.of(code, "failed", new SQLException("state " + state, state));
  }

  // Phase two: a prepared branch is never given up, and never answers a code that means rollback.

  @ParameterizedTest
  @MethodSource("allButHeuristics")
  void aFailedCommitIsFinishedOnANewConnection(Throwable failure) throws Exception {
    first.failing("commit", failure);
    Script second = driver.next().listing(XID);
    XAResource resource = prepared();

    resource.commit(XID, false);

    assertThat(second.calls()).containsSubsequence("recover", "commit", "close");
    assertThat(first.calls()).endsWith("commit", "close");
  }

  @ParameterizedTest
  @MethodSource("allButHeuristics")
  void aFailedRollbackIsFinishedOnANewConnection(Throwable failure) throws Exception {
    first.failing("rollback", failure);
    Script second = driver.next().listing(XID);
    XAResource resource = prepared();

    resource.rollback(XID);

    assertThat(second.calls()).containsSubsequence("recover", "rollback", "close");
  }

  @ParameterizedTest
  @MethodSource("allButHeuristics")
  void aBranchThatTheServerDoesNotListWasCommittedByTheLostCall(Throwable failure)
      throws Exception {
    first.failing("commit", failure);
    Script second = driver.next().listing(new TestXid("global", "other"));
    prepared().commit(XID, false);
    assertThat(second.calls()).contains("recover").doesNotContain("commit");
  }

  @ParameterizedTest
  @MethodSource("allButHeuristics")
  void aBranchThatCannotBeLookedUpIsLeftToRecovery(Throwable failure) throws Exception {
    first.failing("commit", failure);
    XAResource resource = prepared();
    assertCode(XAException.XAER_RMFAIL, () -> resource.commit(XID, false));
  }

  @ParameterizedTest
  @MethodSource("allButHeuristics")
  void aBranchThatFailsOnTheNewConnectionTooIsLeftToRecovery(Throwable failure) throws Exception {
    first.failing("commit", failure).failing("rollback", failure);
    driver.next().listing(XID).failing("commit", failure);
    XAResource resource = prepared();
    assertCode(XAException.XAER_RMFAIL, () -> resource.commit(XID, false));
  }

  @ParameterizedTest
  @MethodSource("allButHeuristics")
  void aListThatCannotBeReadProvesNothing(Throwable failure) throws Exception {
    first.failing("rollback", failure);
    driver.next().failing("recover", failure);
    XAResource resource = prepared();
    assertCode(XAException.XAER_RMFAIL, () -> resource.rollback(XID));
  }

  @Test
  void whatRecoveryAsksForOnceMoreIsFinishedAfterAll() throws Exception {
    first.failing("commit", new XAException(XAException.XAER_RMFAIL));
    XAResource resource = prepared();
    assertCode(XAException.XAER_RMFAIL, () -> resource.commit(XID, false));
    Script later = driver.next().listing(XID);
    resource.commit(XID, false);
    assertThat(later.calls()).contains("commit");
    assertThat(first.calls().stream().filter("commit"::equals)).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("allButHeuristics")
  void anUnknownBranchThatTheServerDoesNotListIsUnknown(Throwable failure) throws Exception {
    first.failing("commit", failure).failing("rollback", failure);
    driver.next();
    driver.next();
    XAResource recovery = source.openRecovery();
    assertCode(XAException.XAER_NOTA, () -> recovery.commit(XID, false));
    assertCode(XAException.XAER_NOTA, () -> recovery.rollback(XID));
  }

  @ParameterizedTest
  @MethodSource("allButHeuristics")
  void anUnknownBranchThatTheServerListsIsFinished(Throwable failure) throws Exception {
    first.failing("commit", failure);
    Script second = driver.next().listing(XID);
    source.openRecovery().commit(XID, false);
    assertThat(second.calls()).contains("commit");
  }

  @ParameterizedTest
  @MethodSource("heuristics")
  void heuristicsAreReportedAsTheyAre(XAException heuristic) throws Exception {
    first.failing("commit", heuristic).failing("rollback", heuristic);
    XAResource resource = prepared();
    assertThatThrownBy(() -> resource.commit(XID, false)).isSameAs(heuristic);
    assertThatThrownBy(() -> resource.rollback(XID)).isSameAs(heuristic);
  }

  // Prepare.

  @ParameterizedTest
  @MethodSource("rollbacks")
  void aProvenRollbackAtPrepareIsReported(XAException failure) throws Exception {
    first.failing("prepare", failure);
    XAResource resource = ended();
    assertCode(failure.errorCode, () -> resource.prepare(XID));
    assertThat(first.calls()).endsWith("prepare", "rollback");
  }

  @ParameterizedTest
  @CsvSource({
    "23505, 103",
    "23503, 103",
    "40P01, 102",
    "40001, 100",
    "25P02, 100",
    "53200, 100",
    "55000, 100",
    "57014, 100",
    "P0001, 100"
  })
  void anErrorThatAbortsIsARollback(String state, int code) throws Exception {
    first
        .failing("prepare", sql(XAException.XAER_RMFAIL, state))
        .failing("commit", sql(XAException.XAER_RMFAIL, state));
    XAResource resource = ended();
    assertCode(code, () -> resource.prepare(XID));
    resource.start(XID, XAResource.TMNOFLAGS);
    assertCode(code, () -> resource.commit(XID, true));
    assertThat(first.calls()).doesNotContain("close");
  }

  @ParameterizedTest
  @ValueSource(strings = {"40003", "XX000", "58030", "ABCDE", ""})
  void anErrorThatProvesNothingIsNoRollback(String state) throws Exception {
    first.failing("prepare", sql(XAException.XA_RBINTEGRITY + 1000, state));
    XAResource resource = ended();
    assertCode(XAException.XAER_RMFAIL, () -> resource.prepare(XID));
  }

  @Test
  void aConstraintOnALostConnectionProvesNothing() throws Exception {
    SQLException lost = new SQLException("failed", "23505", new IOException("reset"));
    first.failing("commit", XAExceptions.of(XAException.XAER_RMFAIL, "failed", lost));
    XAResource resource = ended();
    assertCode(XAException.XAER_RMFAIL, () -> resource.commit(XID, true));
  }

  @ParameterizedTest
  @MethodSource("doubts")
  void aLostAnswerToPrepareIsLookedUpAtRollback(Throwable failure) throws Exception {
    first.failing("prepare", failure);
    XAResource resource = ended();
    assertCode(XAException.XAER_RMFAIL, () -> resource.prepare(XID));
    assertThat(first.calls()).endsWith("prepare", "close");

    Script second = driver.next().listing(XID);
    resource.rollback(XID);
    assertThat(second.calls()).contains("rollback");
  }

  @Test
  void aLostPrepareThatNeverArrivedIsRolledBackAlready() throws Exception {
    first.failing("prepare", new XAException(XAException.XAER_RMFAIL));
    XAResource resource = ended();
    assertCode(XAException.XAER_RMFAIL, () -> resource.prepare(XID));
    Script second = driver.next();
    resource.rollback(XID);
    assertThat(second.calls()).doesNotContain("rollback");
  }

  @Test
  void prepareOfAnUnknownBranchAnswersAsTheDriver() throws Exception {
    first.failing("prepare", new XAException(XAException.XAER_NOTA));
    XAResource resource = source.openRecovery();
    assertCode(XAException.XAER_NOTA, () -> resource.prepare(XID));
  }

  // One phase.

  @ParameterizedTest
  @MethodSource("rollbacks")
  void aProvenRollbackAtCommitIsReported(XAException failure) throws Exception {
    first.failing("commit", failure);
    XAResource resource = ended();
    assertCode(failure.errorCode, () -> resource.commit(XID, true));
  }

  @ParameterizedTest
  @MethodSource("doubts")
  void aLostAnswerToOnePhaseCommitIsUnknown(Throwable failure) throws Exception {
    first.failing("commit", failure);
    XAResource resource = ended();
    assertCode(XAException.XAER_RMFAIL, () -> resource.commit(XID, true));
    assertThat(first.calls()).endsWith("commit", "close");
  }

  // Before prepare.

  @ParameterizedTest
  @MethodSource("allButHeuristics")
  void aFailedRollbackOfWorkEndsWithItsConnection(Throwable failure) throws Exception {
    first.failing("rollback", failure);
    XAResource resource = ended();
    resource.rollback(XID);
    assertThat(first.calls()).endsWith("rollback", "close");
  }

  @ParameterizedTest
  @MethodSource("deadConnections")
  void aDeadConnectionIsClosedAtEveryStep(XAException failure) throws Exception {
    for (String step : List.of("start", "end", "recover", "forget")) {
      ScriptedXADataSource oneDriver = new ScriptedXADataSource();
      Script script = oneDriver.next().failing(step, failure);
      XAResource resource = new GuardedXADataSource(oneDriver).openRecovery();
      assertCode(
          XAException.XAER_RMFAIL,
          () -> {
            resource.start(XID, XAResource.TMNOFLAGS);
            resource.end(XID, XAResource.TMSUCCESS);
            resource.forget(XID);
            resource.recover(XAResource.TMSTARTRSCAN);
          });
      assertThat(script.calls()).endsWith(step, "close");
    }
  }

  @ParameterizedTest
  @MethodSource("otherCodes")
  void otherCodesOfStartAndEndStay(XAException failure) throws Exception {
    first.failing("start", failure);
    XAResource resource = source.openRecovery();
    assertCode(failure.errorCode, () -> resource.start(XID, XAResource.TMNOFLAGS));
    assertThat(first.calls()).doesNotContain("close");
  }

  // The connection.

  @Test
  void thePoolIsToldOfAFailedConnectionByItsOwnName() throws Exception {
    first.failing("commit", new XAException(XAException.XAER_RMERR));
    GuardedXAConnection connection = source.open();
    List<ConnectionEvent> errors = new ArrayList<>();
    connection.addConnectionEventListener(
        new ConnectionEventListener() {
          @Override
          public void connectionClosed(ConnectionEvent event) {
            throw new AssertionError("nobody closed it");
          }

          @Override
          public void connectionErrorOccurred(ConnectionEvent event) {
            errors.add(event);
          }
        });
    XAResource resource = connection.getXAResource();
    resource.start(XID, XAResource.TMNOFLAGS);
    resource.end(XID, XAResource.TMSUCCESS);
    resource.prepare(XID);
    assertThat(connection.isReusable()).isFalse();
    assertThat(catchThrowable(() -> resource.commit(XID, false))).isNotNull();
    assertThat(errors).extracting(ConnectionEvent::getSource).containsExactly(connection);
    assertThat(connection.isReusable()).isFalse();
  }

  @Test
  void aConnectionIsReusableOnceItsBranchHasEnded() throws Exception {
    GuardedXAConnection connection = source.open();
    XAResource resource = connection.getXAResource();
    assertThat(connection.isReusable()).isTrue();
    resource.start(XID, XAResource.TMNOFLAGS);
    assertThat(connection.isReusable()).isFalse();
    resource.end(XID, XAResource.TMSUCCESS);
    resource.commit(XID, true);
    assertThat(connection.isReusable()).isTrue();
    resource.start(XID, XAResource.TMNOFLAGS);
    resource.rollback(XID);
    assertThat(connection.isReusable()).isTrue();
  }

  /** Its request to cancel may be on its way still, and the user may be at work on it. */
  @Test
  void aConnectionThatAnotherThreadRolledBackIsNotReusable() throws Exception {
    GuardedXAConnection connection = source.open();
    XAResource resource = connection.getXAResource();
    resource.start(XID, XAResource.TMNOFLAGS);
    CompletableFuture.runAsync(
            () -> assertThatCode(() -> resource.rollback(XID)).doesNotThrowAnyException())
        .get(30, TimeUnit.SECONDS);
    assertThat(connection.isReusable()).isFalse();
  }

  @Test
  void ownsItsResourcesAndNoOthers() throws Exception {
    XAResource ours = source.openRecovery();
    ScriptedXADataSource otherDriver = new ScriptedXADataSource();
    otherDriver.next();
    XAResource theirs = new GuardedXADataSource(otherDriver).openRecovery();
    assertThat(source.owns(ours)).isTrue();
    assertThat(source.owns(theirs)).isFalse();
    assertThat(source.owns(Witness.silent())).isFalse();
    assertThat(ours.isSameRM(ours)).isTrue();
    assertThat(ours.isSameRM(theirs)).isFalse();
    source.closeRecovery(ours);
    assertThat(first.calls()).endsWith("close");
  }

  private XAResource ended() throws Exception {
    XAResource resource = source.openRecovery();
    resource.start(XID, XAResource.TMNOFLAGS);
    resource.end(XID, XAResource.TMSUCCESS);
    return resource;
  }

  private XAResource prepared() throws Exception {
    XAResource resource = ended();
    assertThat(resource.prepare(XID)).isEqualTo(XAResource.XA_OK);
    return resource;
  }

  private static void assertCode(int code, ThrowingCallable call) {
    assertThat(catchThrowable(call))
        .isInstanceOf(XAException.class)
        .extracting(failure -> ((XAException) failure).errorCode)
        .isEqualTo(code);
  }
}
