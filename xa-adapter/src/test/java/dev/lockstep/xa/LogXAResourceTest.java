package dev.lockstep.xa;

import static dev.lockstep.xa.Xids.assertCode;
import static dev.lockstep.xa.Xids.failureOf;
import static dev.lockstep.xa.Xids.message;
import static dev.lockstep.xa.Xids.xid;
import static javax.transaction.xa.XAException.XAER_DUPID;
import static javax.transaction.xa.XAException.XAER_INVAL;
import static javax.transaction.xa.XAException.XAER_NOTA;
import static javax.transaction.xa.XAException.XAER_PROTO;
import static javax.transaction.xa.XAException.XAER_RMFAIL;
import static javax.transaction.xa.XAException.XA_HEURCOM;
import static javax.transaction.xa.XAException.XA_HEURRB;
import static javax.transaction.xa.XAException.XA_RBROLLBACK;
import static javax.transaction.xa.XAException.XA_RBTIMEOUT;
import static javax.transaction.xa.XAResource.TMENDRSCAN;
import static javax.transaction.xa.XAResource.TMFAIL;
import static javax.transaction.xa.XAResource.TMJOIN;
import static javax.transaction.xa.XAResource.TMNOFLAGS;
import static javax.transaction.xa.XAResource.TMONEPHASE;
import static javax.transaction.xa.XAResource.TMRESUME;
import static javax.transaction.xa.XAResource.TMSTARTRSCAN;
import static javax.transaction.xa.XAResource.TMSUCCESS;
import static javax.transaction.xa.XAResource.TMSUSPEND;
import static javax.transaction.xa.XAResource.XA_OK;
import static javax.transaction.xa.XAResource.XA_RDONLY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.Decider;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The XA protocol, to the letter. */
@Timeout(20)
class LogXAResourceTest {
  private final FakeLog log = new FakeLog();
  private final ResourceManager manager =
      new ResourceManager(log, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
  private final LogXAResource resource = new LogXAResource(manager);
  private final RecoveryXAResource recovery = new RecoveryXAResource(manager);
  private final Xid xid = xid(1);

  private void work(String text) throws XAException {
    resource.start(xid, TMNOFLAGS);
    resource.branch().orElseThrow().append(message(text));
    resource.end(xid, TMSUCCESS);
  }

  private void prepared(String text) throws XAException {
    work(text);
    assertThat(resource.prepare(xid)).isEqualTo(XA_OK);
  }

  @Test
  void twoPhases() throws XAException {
    prepared("a");
    assertThat(log.visible()).isEmpty();
    resource.commit(xid, false);

    assertThat(log.visible()).containsExactly("a");
    assertCode(XAER_NOTA, () -> resource.commit(xid, false));
  }

  @Test
  void onePhase() throws XAException {
    work("a");
    resource.commit(xid, true);

    assertThat(log.visible()).containsExactly("a");
    assertCode(XAER_NOTA, () -> resource.commit(xid, true));
  }

  @Test
  void rollbackBeforeAndAfterPrepare() throws XAException {
    work("a");
    resource.rollback(xid);
    prepared("b");
    resource.rollback(xid);

    assertThat(log.visible()).isEmpty();
    assertThat(log.open()).isEmpty();
    assertCode(XAER_NOTA, () -> resource.rollback(xid));
  }

  @Test
  void anEmptyBranchIsReadOnlyAndThenUnknown() throws XAException {
    resource.start(xid, TMNOFLAGS);
    resource.end(xid, TMSUCCESS);

    assertThat(resource.prepare(xid)).isEqualTo(XA_RDONLY);
    assertCode(XAER_NOTA, () -> resource.commit(xid, false));
  }

  @Test
  void aBranchBeginsOnce() throws XAException {
    resource.start(xid, TMNOFLAGS);
    LogXAResource other = new LogXAResource(manager);

    assertCode(XAER_DUPID, () -> other.start(xid, TMNOFLAGS));
  }

  @Test
  void aPreparedBranchOfAnEarlierLifeDoesNotBeginAgain() throws XAException {
    prepared("a");
    LogXAResource next = new LogXAResource(new ResourceManager(log.reopened()));

    assertCode(XAER_DUPID, () -> next.start(xid, TMNOFLAGS));
  }

  @Test
  void anotherResourceJoinsTheBranch() throws XAException {
    resource.start(xid, TMNOFLAGS);
    LogXAResource other = new LogXAResource(manager);
    other.start(xid, TMJOIN);
    assertThat(other.branch()).isEqualTo(resource.branch());
    resource.end(xid, TMSUCCESS);

    assertCode(XAER_PROTO, () -> resource.prepare(xid));
    assertCode(XAER_PROTO, () -> resource.rollback(xid));
    other.end(xid, TMSUCCESS);
    assertThat(other.prepare(xid)).isEqualTo(XA_RDONLY);
  }

  @Test
  void joinAfterEndContinuesTheBranch() throws XAException {
    work("a");
    resource.start(xid, TMJOIN);
    resource.branch().orElseThrow().append(message("b"));
    resource.end(xid, TMSUCCESS);
    resource.commit(xid, true);

    assertThat(log.visible()).containsExactly("a", "b");
  }

  @Test
  void nobodyJoinsWhatIsUnknownPreparedOrCondemned() throws XAException {
    assertCode(XAER_NOTA, () -> resource.start(xid, TMJOIN));
    prepared("a");
    assertCode(XAER_PROTO, () -> resource.start(xid, TMJOIN));
    resource.rollback(xid);

    resource.start(xid, TMNOFLAGS);
    resource.end(xid, TMFAIL);
    assertCode(XA_RBROLLBACK, () -> resource.start(xid, TMJOIN));
  }

  @Test
  void suspendAndResume() throws XAException {
    resource.start(xid, TMNOFLAGS);
    resource.end(xid, TMSUSPEND);
    assertCode(XAER_PROTO, () -> resource.prepare(xid));
    assertCode(XAER_PROTO, () -> resource.start(xid, TMJOIN));
    assertCode(XAER_PROTO, () -> resource.end(xid, TMSUSPEND));

    resource.start(xid(2), TMNOFLAGS);
    assertCode(XAER_PROTO, () -> resource.start(xid, TMRESUME));
    resource.end(xid(2), TMSUCCESS);
    resource.start(xid, TMRESUME);
    resource.end(xid, TMSUCCESS);
    assertThat(resource.prepare(xid)).isEqualTo(XA_RDONLY);
  }

  @Test
  void aSuspendedAssociationMayEndWithoutResuming() throws XAException {
    resource.start(xid, TMNOFLAGS);
    resource.end(xid, TMSUSPEND);
    resource.end(xid, TMSUCCESS);

    assertThat(resource.prepare(xid)).isEqualTo(XA_RDONLY);
  }

  @Test
  void onlyWhatIsSuspendedHereResumes() throws XAException {
    assertCode(XAER_NOTA, () -> resource.start(xid, TMRESUME));
    resource.start(xid, TMNOFLAGS);
    resource.end(xid, TMSUSPEND);

    assertCode(XAER_PROTO, () -> new LogXAResource(manager).start(xid, TMRESUME));
  }

  @Test
  void oneResourceHasOneAssociation() throws XAException {
    resource.start(xid, TMNOFLAGS);

    assertCode(XAER_PROTO, () -> resource.start(xid(2), TMNOFLAGS));
    assertThat(log.open()).hasSize(1);
  }

  @Test
  void endOfWhatIsNotAssociated() throws XAException {
    assertCode(XAER_NOTA, () -> resource.end(xid, TMSUCCESS));
    work("a");
    assertCode(XAER_PROTO, () -> resource.end(xid, TMSUCCESS));
  }

  @Test
  void endAsFailedCondemnsTheBranch() throws XAException {
    resource.start(xid, TMNOFLAGS);
    Branch branch = resource.branch().orElseThrow();
    branch.append(message("a"));
    resource.end(xid, TMFAIL);

    assertThat(branch.state()).isEqualTo(Branch.State.ROLLBACK_ONLY);
    assertCode(XA_RBROLLBACK, () -> resource.prepare(xid));
    assertThat(log.open()).isEmpty();
  }

  @Test
  void endSaysThatTheBranchIsCondemned() throws XAException {
    resource.start(xid, TMNOFLAGS);
    resource.branch().orElseThrow().markRollbackOnly("test");

    assertCode(XA_RBROLLBACK, () -> resource.end(xid, TMSUCCESS));
    resource.rollback(xid);
    assertThat(log.open()).isEmpty();
  }

  @Test
  void endSaysThatTheBranchIsGone() throws XAException {
    resource.start(xid, TMNOFLAGS);
    resource.branch().orElseThrow().rollback();

    assertCode(XA_RBROLLBACK, () -> resource.end(xid, TMSUCCESS));
    assertCode(XAER_NOTA, () -> resource.rollback(xid));
  }

  @Test
  void commitWithoutPrepareAndPrepareTwice() throws XAException {
    work("a");
    assertCode(XAER_PROTO, () -> resource.commit(xid, false));
    assertThat(resource.prepare(xid)).isEqualTo(XA_OK);
    assertCode(XAER_PROTO, () -> resource.prepare(xid));
    resource.commit(xid, false);

    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void onePhaseOfAPreparedBranchDecidesNothing() throws XAException {
    prepared("a");

    assertCode(XAER_RMFAIL, () -> resource.commit(xid, true));
    resource.commit(xid, false);
    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void onePhaseOfAnAssociatedBranchRollsItBack() throws XAException {
    resource.start(xid, TMNOFLAGS);
    resource.branch().orElseThrow().append(message("a"));

    assertCode(XA_RBROLLBACK, () -> resource.commit(xid, true));
    assertThat(log.visible()).isEmpty();
    assertThat(log.open()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {TMJOIN | TMRESUME, TMSUCCESS, TMONEPHASE, TMSTARTRSCAN, 1})
  void startTakesOneOfItsFlags(int flags) {
    assertCode(XAER_INVAL, () -> resource.start(xid, flags));
    assertThat(log.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {TMNOFLAGS, TMSUCCESS | TMFAIL, TMSUSPEND | TMSUCCESS, TMJOIN, 1})
  void endTakesOneOfItsFlags(int flags) throws XAException {
    resource.start(xid, TMNOFLAGS);
    assertCode(XAER_INVAL, () -> resource.end(xid, flags));
    resource.end(xid, TMSUCCESS);
  }

  @ParameterizedTest
  @ValueSource(ints = {TMJOIN, TMSTARTRSCAN | TMSUCCESS, TMFAIL, 1})
  void recoverTakesOnlyItsFlags(int flags) {
    assertCode(XAER_INVAL, () -> recovery.recover(flags));
  }

  @Test
  void recoverListsEverythingAtTheStartOfAScan() throws XAException {
    prepared("a");
    XAResource next = new RecoveryXAResource(new ResourceManager(log.reopened()));

    assertThat(next.recover(TMSTARTRSCAN)).containsExactly(xid);
    assertThat(next.recover(TMNOFLAGS)).isEmpty();
    assertThat(next.recover(TMSTARTRSCAN)).containsExactly(xid);
    assertThat(next.recover(TMENDRSCAN)).isEmpty();
    assertThat(next.recover(TMSTARTRSCAN | TMENDRSCAN)).containsExactly(xid);
  }

  @Test
  void recoverNeedsAnOpenScan() throws XAException {
    assertCode(XAER_INVAL, () -> recovery.recover(TMNOFLAGS));
    assertCode(XAER_INVAL, () -> recovery.recover(TMENDRSCAN));
    recovery.recover(TMSTARTRSCAN | TMENDRSCAN);
    assertCode(XAER_INVAL, () -> recovery.recover(TMNOFLAGS));
  }

  @Test
  void recoveryDecidesBranchesOfAnEarlierLife() throws XAException {
    prepared("a");
    resource.start(xid(2), TMNOFLAGS);
    resource.branch().orElseThrow().append(message("b"));
    resource.end(xid(2), TMSUCCESS);
    assertThat(resource.prepare(xid(2))).isEqualTo(XA_OK);
    FakeLog reopened = log.reopened();
    XAResource next = new RecoveryXAResource(new ResourceManager(reopened));
    next.commit(xid, false);
    next.rollback(xid(2));

    assertThat(reopened.visible()).containsExactly("a");
    assertThat(next.recover(TMSTARTRSCAN)).isEmpty();
    assertCode(XAER_NOTA, () -> next.commit(xid, false));
    assertCode(XAER_NOTA, () -> next.rollback(xid(2)));
  }

  @Test
  void recoveryLeavesLiveBranchesAlone() throws XAException {
    prepared("a");

    assertThat(recovery.recover(TMSTARTRSCAN)).isEmpty();
    assertThat(resource.recover(TMSTARTRSCAN)).isEmpty();
    assertCode(XAER_RMFAIL, () -> recovery.rollback(xid));
    assertCode(XAER_RMFAIL, () -> recovery.commit(xid, false));
    resource.commit(xid, false);
    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void aBranchWhoseSecondPhaseFailedIsRecoverys() throws XAException {
    prepared("a");
    log.fail(FakeLog.Call.COMMIT, new IllegalStateException("simulated"));
    assertCode(XAER_RMFAIL, () -> resource.commit(xid, false));
    log.heal();

    assertThat(recovery.recover(TMSTARTRSCAN)).containsExactly(xid);
    recovery.commit(xid, false);
    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void aBranchWhoseRollbackFailedIsRecoverys() throws XAException {
    prepared("a");
    log.fail(FakeLog.Call.ROLLBACK, new IllegalStateException("simulated"));
    assertCode(XAER_RMFAIL, () -> resource.rollback(xid));
    log.heal();

    assertThat(recovery.recover(TMSTARTRSCAN)).containsExactly(xid);
    recovery.rollback(xid);
    assertThat(log.open()).isEmpty();
  }

  @Test
  void recoveryDoesNoWork() {
    assertCode(XAER_PROTO, () -> recovery.start(xid, TMNOFLAGS));
    assertCode(XAER_PROTO, () -> recovery.end(xid, TMSUCCESS));
    assertCode(XAER_PROTO, () -> recovery.prepare(xid));
  }

  @Test
  void nothingIsHeuristic() throws XAException {
    prepared("a");

    assertCode(XAER_NOTA, () -> resource.forget(xid));
    assertCode(XAER_NOTA, () -> resource.forget(xid(2)));
    assertCode(XAER_NOTA, () -> recovery.forget(xid(2)));
    assertCode(XAER_NOTA, () -> new RecoveryXAResource(reopened()).forget(xid));
    assertThat(log.open()).hasSize(1);
  }

  private ResourceManager reopened() {
    return new ResourceManager(log.reopened());
  }

  private static int code(Outcome byHand) {
    return byHand == Outcome.COMMITTED ? XA_HEURCOM : XA_HEURRB;
  }

  /** Whatever the manager asks for, and however often, until it forgets. */
  @ParameterizedTest
  @EnumSource(Outcome.class)
  void aHeuristicOutcomeIsToldUntilItIsForgotten(Outcome byHand) throws XAException {
    prepared("a");
    log.decideByHand(BranchXid.idOf(xid), byHand);

    for (int i = 0; i < 2; i++) {
      assertCode(code(byHand), () -> resource.commit(xid, false));
      assertCode(code(byHand), () -> resource.rollback(xid));
      assertCode(code(byHand), () -> resource.commit(xid, true));
      assertCode(XAER_PROTO, () -> resource.prepare(xid));
      assertCode(XAER_DUPID, () -> resource.start(xid, TMNOFLAGS));
      assertCode(XAER_PROTO, () -> resource.start(xid, TMJOIN));
      assertCode(XAER_PROTO, () -> resource.end(xid, TMSUCCESS));
    }
    assertThat(log.visible()).hasSize(byHand == Outcome.COMMITTED ? 1 : 0);
    resource.forget(xid);
    assertCode(XAER_NOTA, () -> resource.forget(xid));
    assertCode(XAER_NOTA, () -> resource.commit(xid, false));
    assertCode(XAER_NOTA, () -> resource.rollback(xid));
    assertThat(recovery.recover(TMSTARTRSCAN)).isEmpty();
    assertThat(log.visible()).hasSize(byHand == Outcome.COMMITTED ? 1 : 0);
  }

  /** X/Open: recover lists what is prepared and what is heuristically completed. */
  @ParameterizedTest
  @EnumSource(Outcome.class)
  void recoverListsHeuristicBranches(Outcome byHand) throws XAException {
    prepared("a");
    log.decideByHand(BranchXid.idOf(xid), byHand);
    Branch undecided = log.begin(BranchXid.idOf(xid(2)));
    undecided.append(message("b"));
    undecided.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
    Branch ofADatabase = log.begin(BranchXid.idOf(xid(3)));
    ofADatabase.append(message("c"));
    ofADatabase.prepare(Decider.DATABASE, new byte[0]);
    log.decideByHand(ofADatabase.id(), byHand);
    XAResource next = new RecoveryXAResource(reopened());

    assertThat(next.recover(TMSTARTRSCAN | TMENDRSCAN)).containsExactlyInAnyOrder(xid, xid(2));
    assertCode(code(byHand), () -> next.commit(xid, false));
    assertCode(code(byHand), () -> next.rollback(xid));
    assertThat(next.recover(TMSTARTRSCAN | TMENDRSCAN)).contains(xid);
    next.forget(xid);
    assertThat(next.recover(TMSTARTRSCAN | TMENDRSCAN)).containsExactly(xid(2));
  }

  /** The manager is on its way to be told: recovery must not forget it before. */
  @Test
  void recoveryLeavesAHeuristicBranchAloneWhoseTransactionIsAlive() throws XAException {
    prepared("a");
    log.decideByHand(BranchXid.idOf(xid), Outcome.ROLLED_BACK);

    assertThat(recovery.recover(TMSTARTRSCAN)).isEmpty();
    assertCode(XAER_RMFAIL, () -> recovery.rollback(xid));
    assertCode(XAER_RMFAIL, () -> recovery.forget(xid));
    assertCode(XA_HEURRB, () -> resource.commit(xid, false));
    assertThat(recovery.recover(TMSTARTRSCAN)).containsExactly(xid);
    recovery.forget(xid);
    assertThat(log.open()).isEmpty();
  }

  @Test
  void resourcesOfOneLogAreOneManager() {
    LogXAResource sameLog = new LogXAResource(new ResourceManager(new FakeLog()));
    LogXAResource otherLog = new LogXAResource(new ResourceManager(new FakeLog(new UUID(1, 2))));

    assertThat(resource.isSameRM(resource)).isTrue();
    assertThat(resource.isSameRM(sameLog)).isTrue();
    assertThat(resource.isSameRM(recovery)).isTrue();
    assertThat(recovery.isSameRM(sameLog)).isTrue();
    assertThat(resource.isSameRM(otherLog)).isFalse();
    assertThat(recovery.isSameRM(otherLog)).isFalse();
  }

  @Test
  void aTimeoutHoldsUntilAnotherIsSet() throws XAException {
    assertThat(resource.getTransactionTimeout()).isZero();
    assertThat(resource.setTransactionTimeout(5)).isTrue();
    assertCode(XAER_INVAL, () -> resource.setTransactionTimeout(-1));
    assertThat(resource.getTransactionTimeout()).isEqualTo(5);
    resource.start(xid, TMNOFLAGS);
    assertThat(resource.setTransactionTimeout(0)).isTrue();
    assertThat(resource.getTransactionTimeout()).isZero();
    resource.end(xid, TMSUCCESS);
    resource.start(xid(2), TMNOFLAGS);
    resource.end(xid(2), TMSUCCESS);

    assertThat(log.deadline(BranchXid.idOf(xid))).contains(Instant.EPOCH.plusSeconds(5));
    assertThat(log.deadline(BranchXid.idOf(xid(2)))).as("the default is none").isEmpty();
  }

  @Test
  void theLongestTimeout() throws XAException {
    assertThat(resource.setTransactionTimeout(Integer.MAX_VALUE)).isTrue();
    work("a");
    log.pass(Instant.EPOCH.plusSeconds(Integer.MAX_VALUE - 1L));
    resource.commit(xid, true);

    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void aRecoveringResourceHasNoTimeout() throws XAException {
    assertThat(recovery.setTransactionTimeout(5)).isFalse();
    assertThat(recovery.getTransactionTimeout()).isZero();
    assertCode(XAER_INVAL, () -> recovery.setTransactionTimeout(-1));
  }

  @Test
  void aBranchThatGetsNoDeadlineDoesNotBegin() throws XAException {
    log.fail(FakeLog.Call.EXPIRE_AT, new OutOfMemoryError("simulated"));
    resource.setTransactionTimeout(5);

    assertCode(XAER_RMFAIL, () -> resource.start(xid, TMNOFLAGS));
    assertThat(log.open()).isEmpty();
    resource.setTransactionTimeout(0);
    resource.start(xid, TMNOFLAGS);
    resource.end(xid, TMSUCCESS);
  }

  @ParameterizedTest
  @ValueSource(ints = {TMSUCCESS, TMFAIL, TMSUSPEND})
  void endSaysThatTheTimeRanOut(int flags) throws XAException {
    startLate();
    LogXAResource other = new LogXAResource(manager);
    assertCode(XA_RBTIMEOUT, () -> other.start(xid, TMJOIN));
    assertCode(XA_RBTIMEOUT, () -> resource.end(xid, flags));
    assertCode(XAER_PROTO, () -> resource.end(xid, TMSUCCESS));
    resource.rollback(xid);

    assertThat(log.open()).isEmpty();
    assertCode(XAER_NOTA, () -> resource.rollback(xid));
  }

  @Test
  void onePhaseOfAnAssociatedBranchWhoseTimeRanOut() throws XAException {
    startLate();

    assertCode(XA_RBTIMEOUT, () -> resource.commit(xid, true));
    assertThat(log.open()).isEmpty();
  }

  private void startLate() throws XAException {
    resource.setTransactionTimeout(5);
    resource.start(xid, TMNOFLAGS);
    resource.branch().orElseThrow().append(message("a"));
    log.pass(Instant.EPOCH.plusSeconds(5));
  }

  @Test
  void prepareAndOnePhaseCommitSayThatTheTimeRanOut() throws XAException {
    resource.setTransactionTimeout(5);
    work("a");
    log.pass(Instant.EPOCH.plusSeconds(5));
    assertCode(XA_RBTIMEOUT, () -> resource.prepare(xid));
    assertCode(XAER_NOTA, () -> resource.prepare(xid));
    work("b");
    log.pass(Instant.EPOCH.plusSeconds(5));
    assertCode(XA_RBTIMEOUT, () -> resource.commit(xid, true));

    assertThat(log.open()).isEmpty();
    assertThat(log.visible()).isEmpty();
  }

  @Test
  void aPreparedBranchHasAllTheTimeInTheWorld() throws XAException {
    resource.setTransactionTimeout(5);
    prepared("a");
    log.pass(Instant.MAX);
    resource.commit(xid, false);

    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void badXidsAreInvalid() {
    assertCode(XAER_INVAL, () -> resource.start(null, TMNOFLAGS));
    assertCode(XAER_INVAL, () -> resource.prepare(new RawXid(null, new byte[1])));
    assertCode(XAER_INVAL, () -> resource.commit(new RawXid(new byte[1], null), false));
    assertCode(XAER_INVAL, () -> resource.rollback(new RawXid(new byte[65], new byte[1])));
    assertCode(XAER_INVAL, () -> recovery.forget(new RawXid(new byte[1], new byte[65])));
  }

  @Test
  void foreignXidsAreComparedByValue() throws XAException {
    Xid foreign = new RawXid(xid.getGlobalTransactionId(), xid.getBranchQualifier());
    resource.start(foreign, TMNOFLAGS);
    resource.end(xid, TMSUCCESS);

    assertThat(resource.prepare(foreign)).isEqualTo(XA_RDONLY);
  }

  @Test
  void theMessageNamesTheBranch() {
    assertThat(failureOf(() -> resource.commit(xid, false)))
        .hasMessageContaining("131077:0101:02")
        .hasMessageContaining(log.id().toString());
  }

  private record RawXid(byte[] globalId, byte[] qualifier) implements Xid {
    @Override
    public int getFormatId() {
      return 131077;
    }

    @Override
    public byte[] getGlobalTransactionId() {
      return globalId;
    }

    @Override
    public byte[] getBranchQualifier() {
      return qualifier;
    }
  }
}
