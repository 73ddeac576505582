package dev.lockstep.xa.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.spi.Branch.Outcome;
import java.util.LinkedHashSet;
import java.util.Set;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;

/** One branch on its way through its states, and what is to become of the work in it. */
final class Subject {
  private final ResourceUnderTest manager;
  private final XAResource worker;
  private final TestXid xid;
  private final long before;
  private final Set<XAResource> associated = new LinkedHashSet<>();
  private XAResource completer;
  private State state = State.UNKNOWN;
  private int pending;
  private int committed;

  Subject(ResourceUnderTest manager, TestXid xid) throws Exception {
    this.manager = manager;
    this.worker = manager.connect();
    this.completer = worker;
    this.xid = xid;
    this.before = manager.committed();
  }

  XAResource worker() {
    return worker;
  }

  /** Brings the branch into a state. */
  void bringTo(State wanted) throws Exception {
    if (wanted == State.UNKNOWN) {
      return;
    }
    boolean late = wanted == State.LATE || wanted == State.LATE_IDLE;
    if (late) {
      assertThat(worker.setTransactionTimeout(1)).isTrue();
    }
    worker.start(xid, XAResource.TMNOFLAGS);
    associated.add(worker);
    work(worker);
    if (wanted == State.LATE) {
      manager.outlast(worker);
    }
    if (!wanted.isAssociated()) {
      worker.end(xid, wanted == State.ROLLBACK_ONLY ? XAResource.TMFAIL : XAResource.TMSUCCESS);
      associated.clear();
    }
    switch (wanted) {
      case SUSPENDED -> worker.end(xid, XAResource.TMSUSPEND);
      case PREPARED -> prepare();
      case HEURISTIC_COMMIT -> {
        prepare();
        manager.decideByHand(xid, Outcome.COMMITTED);
        committed = pending;
      }
      case HEURISTIC_ROLLBACK -> {
        prepare();
        manager.decideByHand(xid, Outcome.ROLLED_BACK);
      }
      case LATE_IDLE -> manager.outlast(worker);
      case COMMITTED -> {
        worker.commit(xid, true);
        committed = pending;
      }
      case ROLLED_BACK -> worker.rollback(xid);
      default -> {} // it is there
    }
    state = wanted;
    pending = committed == pending ? 0 : pending;
  }

  private void prepare() throws XAException {
    assertThat(worker.prepare(xid)).isEqualTo(XAResource.XA_OK);
  }

  private void work(XAResource resource) throws Exception {
    manager.work(resource);
    pending++;
  }

  /** Notes what a call has answered. */
  void answered(Call call, XAResource by, Answer answer) throws Exception {
    boolean began = answer.code() == Answer.Code.OK && call.isStart();
    if (began) {
      if (state == State.UNKNOWN || state == State.COMMITTED || state == State.ROLLED_BACK) {
        completer = by;
        pending = 0;
      }
      associated.add(by);
      work(by);
    } else if (answer.code() == Answer.Code.TWIN && by.equals(worker)) {
      completer = manager.connect();
    } else if (answer.next() != state && !answer.next().isAssociated()) {
      associated.remove(by);
    }
    state = answer.next();
    if (state == State.COMMITTED && !began) {
      committed += pending;
      pending = 0;
    }
  }

  /**
   * Completes the branch from the state that it must be in by now, and looks at what became of the
   * work: an answer that is an error has changed nothing, and one that is none has done all.
   */
  void settle() throws Exception {
    switch (state) {
      case ACTIVE, SUSPENDED -> {
        for (XAResource resource : associated) {
          resource.end(xid, XAResource.TMSUCCESS);
        }
        commitOnePhase();
      }
      case IDLE -> commitOnePhase();
      case ROLLBACK_ONLY, LATE_IDLE -> rollback();
      case LATE -> {
        assertThat(Call.END_SUCCESS.answer(completer, xid)).isEqualTo(XAException.XA_RBTIMEOUT);
        rollback();
      }
      case PREPARED -> {
        completer.commit(xid, false);
        committed += pending;
      }
      case HEURISTIC_COMMIT, HEURISTIC_ROLLBACK -> {
        for (Call call : new Call[] {Call.COMMIT, Call.ROLLBACK}) {
          int answer = call.answer(completer, xid);
          assertThat(Answer.Code.HEUR.is(answer, state)).as("%s: %s", call, answer).isTrue();
        }
        completer.forget(xid);
      }
      case UNKNOWN, COMMITTED, ROLLED_BACK -> {} // nothing is left to do
    }
    assertThat(manager.committed() - before).as("committed units").isEqualTo(committed);
    assertThat(Call.ROLLBACK.answer(manager.connect(), xid))
        .as("rollback of what is completed")
        .isEqualTo(XAException.XAER_NOTA);
  }

  private void commitOnePhase() throws XAException {
    completer.commit(xid, true);
    committed += pending;
  }

  private void rollback() {
    int answer = Call.ROLLBACK.answer(completer, xid);
    assertThat(Answer.Code.OK.is(answer, state) || Answer.Code.RB.is(answer, state))
        .as("rollback: %s", answer)
        .isTrue();
  }
}
