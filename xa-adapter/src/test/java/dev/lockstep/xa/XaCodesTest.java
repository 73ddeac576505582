package dev.lockstep.xa;

import static dev.lockstep.xa.Xids.assertCode;
import static dev.lockstep.xa.Xids.failureOf;
import static dev.lockstep.xa.Xids.message;
import static dev.lockstep.xa.Xids.xid;
import static javax.transaction.xa.XAException.XAER_DUPID;
import static javax.transaction.xa.XAException.XAER_NOTA;
import static javax.transaction.xa.XAException.XAER_RMFAIL;
import static javax.transaction.xa.XAException.XA_HEURCOM;
import static javax.transaction.xa.XAException.XA_HEURRB;
import static javax.transaction.xa.XAException.XA_RBROLLBACK;
import static javax.transaction.xa.XAException.XA_RBTIMEOUT;
import static javax.transaction.xa.XAResource.TMFAIL;
import static javax.transaction.xa.XAResource.TMNOFLAGS;
import static javax.transaction.xa.XAResource.TMSTARTRSCAN;
import static javax.transaction.xa.XAResource.TMSUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.ClosedException;
import dev.lockstep.CorruptLogException;
import dev.lockstep.DiskFullException;
import dev.lockstep.HeuristicOutcomeException;
import dev.lockstep.LogFailedException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.TooLargeException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.TransactionTimedOutException;
import dev.lockstep.UnknownTopicException;
import dev.lockstep.UnknownTransactionException;
import dev.lockstep.spi.Branch.Outcome;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import javax.transaction.xa.XAException;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which code each failure of the log becomes, in each call. */
@Timeout(20)
class XaCodesTest {
  private static final Xid XID = xid(1);

  /** What the SPI may throw and promises to have left nothing behind, then all the rest. */
  private static final List<Throwable> CLEAN =
      List.of(
          new TransactionRolledBackException("simulated"),
          new DiskFullException("simulated"),
          new TooLargeException("simulated"),
          new UnknownTopicException("simulated"),
          new LogFailedException("simulated"),
          new ClosedException("simulated"));

  private static final List<Throwable> TIMED_OUT =
      List.of(new TransactionTimedOutException("simulated"));

  private static final List<Throwable> UNKNOWN =
      List.of(
          new OutcomeUnknownException("simulated"),
          new CorruptLogException("simulated"),
          new IllegalArgumentException("simulated"),
          new NullPointerException("simulated"),
          new OutOfMemoryError("simulated"),
          new StackOverflowError("simulated"),
          new NoClassDefFoundError("simulated"),
          new AssertionError("simulated"));

  private static final List<Throwable> BY_HAND =
      List.of(
          new HeuristicOutcomeException("simulated", Outcome.COMMITTED),
          new HeuristicOutcomeException("simulated", Outcome.ROLLED_BACK));

  private final FakeLog log = new FakeLog();
  private final LogXAResource resource = new LogXAResource(new ResourceManager(log));

  /** A call of the manager, with the state of the branch that it needs. */
  private enum Step {
    START(FakeLog.Call.BEGIN),
    END_FAILED(FakeLog.Call.MARK),
    PREPARE(FakeLog.Call.PREPARE),
    ONE_PHASE(FakeLog.Call.COMMIT_ONE_PHASE),
    COMMIT(FakeLog.Call.COMMIT),
    ROLLBACK_PREPARED(FakeLog.Call.ROLLBACK),
    ROLLBACK_ACTIVE(FakeLog.Call.ROLLBACK),
    RECOVER(FakeLog.Call.UNDECIDED),
    RECOVER_HEURISTICS(FakeLog.Call.HEURISTICS),
    FORGET(FakeLog.Call.FORGET);

    private final FakeLog.Call call;

    Step(FakeLog.Call call) {
      this.call = call;
    }

    void arrange(LogXAResource resource) throws XAException {
      if (this == START || this == RECOVER || this == RECOVER_HEURISTICS) {
        return;
      }
      resource.start(XID, TMNOFLAGS);
      resource.branch().orElseThrow().append(message("a"));
      if (this == END_FAILED) {
        return;
      }
      resource.end(XID, TMSUCCESS);
      if (this == COMMIT || this == ROLLBACK_PREPARED || this == FORGET) {
        assertThat(resource.prepare(XID)).isZero();
      }
    }

    void act(LogXAResource resource) throws XAException {
      switch (this) {
        case START -> resource.start(XID, TMNOFLAGS);
        case END_FAILED -> resource.end(XID, TMFAIL);
        case PREPARE -> resource.prepare(XID);
        case ONE_PHASE -> resource.commit(XID, true);
        case COMMIT -> resource.commit(XID, false);
        case ROLLBACK_PREPARED, ROLLBACK_ACTIVE -> resource.rollback(XID);
        case RECOVER, RECOVER_HEURISTICS -> resource.recover(TMSTARTRSCAN);
        case FORGET -> resource.forget(XID);
      }
    }
  }

  static Stream<Arguments> codes() {
    return Stream.of(
            all(Step.START, UNKNOWN, XAER_RMFAIL),
            all(Step.START, CLEAN, XAER_RMFAIL),
            all(Step.START, List.of(new IllegalStateException("exists")), XAER_DUPID),
            all(Step.END_FAILED, UNKNOWN, XAER_RMFAIL),
            all(Step.PREPARE, CLEAN, XA_RBROLLBACK),
            all(Step.PREPARE, UNKNOWN, XAER_RMFAIL),
            all(Step.PREPARE, List.of(new IllegalStateException("simulated")), XAER_RMFAIL),
            all(Step.ONE_PHASE, CLEAN, XA_RBROLLBACK),
            all(Step.ONE_PHASE, UNKNOWN, XAER_RMFAIL),
            all(Step.ONE_PHASE, List.of(new IllegalStateException("simulated")), XAER_RMFAIL),
            all(Step.END_FAILED, CLEAN.subList(0, 1), XA_RBROLLBACK),
            all(Step.END_FAILED, TIMED_OUT, XA_RBTIMEOUT),
            all(Step.PREPARE, TIMED_OUT, XA_RBTIMEOUT),
            all(Step.ONE_PHASE, TIMED_OUT, XA_RBTIMEOUT),
            all(Step.ROLLBACK_ACTIVE, TIMED_OUT, XA_RBTIMEOUT),
            all(Step.COMMIT, CLEAN, XAER_RMFAIL),
            all(Step.COMMIT, UNKNOWN, XAER_RMFAIL),
            all(Step.COMMIT, List.of(new NoSuchElementException("simulated")), XAER_NOTA),
            all(Step.ROLLBACK_PREPARED, CLEAN, XAER_RMFAIL),
            all(Step.ROLLBACK_PREPARED, UNKNOWN, XAER_RMFAIL),
            all(
                Step.ROLLBACK_PREPARED,
                List.of(new NoSuchElementException("simulated")),
                XAER_NOTA),
            all(Step.ROLLBACK_ACTIVE, CLEAN, XA_RBROLLBACK),
            all(Step.ROLLBACK_ACTIVE, UNKNOWN, XAER_RMFAIL),
            all(Step.ROLLBACK_ACTIVE, List.of(new NoSuchElementException("simulated")), XAER_NOTA),
            all(Step.RECOVER, CLEAN, XAER_RMFAIL),
            all(Step.RECOVER, UNKNOWN, XAER_RMFAIL),
            all(Step.RECOVER_HEURISTICS, CLEAN, XAER_RMFAIL),
            all(Step.RECOVER_HEURISTICS, UNKNOWN, XAER_RMFAIL),
            all(Step.FORGET, CLEAN, XAER_RMFAIL),
            all(Step.FORGET, UNKNOWN, XAER_RMFAIL),
            all(Step.FORGET, List.of(new UnknownTransactionException("simulated")), XAER_NOTA),
            all(Step.FORGET, List.of(new IllegalStateException("simulated")), XAER_NOTA),
            all(Step.COMMIT, BY_HAND.subList(0, 1), XA_HEURCOM),
            all(Step.COMMIT, BY_HAND.subList(1, 2), XA_HEURRB),
            all(Step.ONE_PHASE, BY_HAND.subList(0, 1), XA_HEURCOM),
            all(Step.ONE_PHASE, BY_HAND.subList(1, 2), XA_HEURRB),
            all(Step.ROLLBACK_PREPARED, BY_HAND.subList(0, 1), XA_HEURCOM),
            all(Step.ROLLBACK_PREPARED, BY_HAND.subList(1, 2), XA_HEURRB),
            all(Step.ROLLBACK_ACTIVE, BY_HAND.subList(0, 1), XA_HEURCOM),
            all(Step.ROLLBACK_ACTIVE, BY_HAND.subList(1, 2), XA_HEURRB),
            all(Step.PREPARE, BY_HAND, XAER_RMFAIL),
            all(Step.START, BY_HAND, XAER_RMFAIL))
        .flatMap(s -> s);
  }

  private static Stream<Arguments> all(Step step, List<Throwable> failures, int code) {
    return failures.stream().map(failure -> Arguments.of(step, failure, code));
  }

  @ParameterizedTest(name = "{0}: {1} is {2}")
  @MethodSource("codes")
  void eachFailureHasItsCode(Step step, Throwable failure, int code) throws XAException {
    step.arrange(resource);
    log.fail(step.call, failure);

    XAException answer = failureOf(() -> step.act(resource));
    assertThat(answer.errorCode).as(answer.toString()).isEqualTo(code);
    assertThat(answer).hasCause(failure).hasMessageContaining(failure.getMessage());
  }

  /** A log that has failed answers nothing at all, not even which branches it has. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("stepsOfAFailedLog")
  void aFailedLogIsNeverTakenForAnOutcome(Step step, int code) throws XAException {
    step.arrange(resource);
    log.fail(FakeLog.Call.FIND, new LogFailedException("simulated"));
    log.fail(step.call, new LogFailedException("simulated"));

    assertCode(code, () -> step.act(resource));
  }

  static Stream<Arguments> stepsOfAFailedLog() {
    return Stream.of(
        Arguments.of(Step.START, XAER_RMFAIL),
        Arguments.of(Step.END_FAILED, XAER_RMFAIL),
        Arguments.of(Step.PREPARE, XA_RBROLLBACK),
        Arguments.of(Step.ONE_PHASE, XA_RBROLLBACK),
        Arguments.of(Step.COMMIT, XAER_RMFAIL),
        Arguments.of(Step.ROLLBACK_PREPARED, XAER_RMFAIL),
        Arguments.of(Step.ROLLBACK_ACTIVE, XA_RBROLLBACK),
        Arguments.of(Step.RECOVER, XAER_RMFAIL),
        Arguments.of(Step.RECOVER_HEURISTICS, XAER_RMFAIL),
        Arguments.of(Step.FORGET, XAER_RMFAIL));
  }

  @Test
  void afterAPrepareOfUnknownOutcomeRollbackIsUnknownToo() throws XAException {
    Step.PREPARE.arrange(resource);
    log.fail(FakeLog.Call.PREPARE, new OutcomeUnknownException("simulated"));
    assertCode(XAER_RMFAIL, () -> resource.prepare(XID));
    log.fail(FakeLog.Call.FIND, new LogFailedException("simulated"));

    assertCode(XAER_RMFAIL, () -> resource.rollback(XID));
  }

  @Test
  void aCleanFailureLeavesNoBranchBehind() throws XAException {
    Step.PREPARE.arrange(resource);
    log.fail(FakeLog.Call.PREPARE, new TooLargeException("simulated"));
    assertCode(XA_RBROLLBACK, () -> resource.prepare(XID));

    assertThat(log.open()).isEmpty();
  }

  @Test
  void aFailureThatCannotBePrintedKeepsItsCode() throws XAException {
    Step.COMMIT.arrange(resource);
    log.fail(
        FakeLog.Call.COMMIT,
        new IllegalStateException() {
          private static final long serialVersionUID = 1L;

          @Override
          public String getMessage() {
            throw new StackOverflowError("simulated");
          }
        });

    XAException answer =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            XAException.class, () -> resource.commit(XID, false));
    assertThat(answer.errorCode).isEqualTo(XAER_RMFAIL);
  }
}
