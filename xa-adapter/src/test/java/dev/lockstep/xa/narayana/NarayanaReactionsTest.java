package dev.lockstep.xa.narayana;

import static javax.transaction.xa.XAException.XAER_NOTA;
import static javax.transaction.xa.XAException.XAER_PROTO;
import static javax.transaction.xa.XAException.XAER_RMERR;
import static javax.transaction.xa.XAException.XAER_RMFAIL;
import static javax.transaction.xa.XAException.XA_HEURCOM;
import static javax.transaction.xa.XAException.XA_HEURRB;
import static javax.transaction.xa.XAException.XA_RBROLLBACK;
import static javax.transaction.xa.XAException.XA_RBTIMEOUT;
import static javax.transaction.xa.XAException.XA_RETRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.objectstore.RecoveryStore;
import com.arjuna.ats.arjuna.objectstore.StoreManager;
import com.arjuna.ats.arjuna.state.InputObjectState;
import com.arjuna.ats.internal.arjuna.common.UidHelper;
import com.arjuna.ats.internal.jta.transaction.arjunacore.AtomicAction;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionManager;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What Narayana makes of the codes: the table in LogXAResource stands on this, and a new version of
 * Narayana must keep it.
 */
@Timeout(60)
class NarayanaReactionsTest {
  private static final Class<?> COMMITTED = Void.class;
  private static final Class<?> ROLLED_BACK = RollbackException.class;
  private static final Class<?> NOT_KNOWN = HeuristicMixedException.class;

  private NarayanaTransactions transactions;
  private TransactionManager manager;

  @BeforeEach
  void open() {
    transactions = NarayanaFixture.transactions().open();
    manager = transactions.transactionManager();
  }

  @AfterEach
  void close() throws Exception {
    removeRecords();
    transactions.close();
  }

  /** What becomes of the decision record. */
  private enum Kept {
    NONE,
    RETRIED,
    HEURISTIC
  }

  static Stream<Arguments> twoPhases() {
    return Stream.of(
        Arguments.of("prepare", XA_RBROLLBACK, ROLLED_BACK, "prepare", "rollback", Kept.NONE),
        Arguments.of("prepare", XA_RBTIMEOUT, ROLLED_BACK, "prepare", "rollback", Kept.NONE),
        Arguments.of("prepare", XAER_RMFAIL, ROLLED_BACK, "rollback", "rollback", Kept.NONE),
        Arguments.of("commit", XAER_RMFAIL, COMMITTED, "commit", "commit", Kept.RETRIED),
        Arguments.of("commit", XA_RETRY, COMMITTED, "commit", "commit", Kept.RETRIED),
        Arguments.of("commit", XAER_NOTA, NOT_KNOWN, "commit", "commit", Kept.HEURISTIC),
        Arguments.of("commit", XA_HEURCOM, COMMITTED, "commit", "commit", Kept.NONE),
        Arguments.of("commit", XA_HEURRB, ROLLED_BACK, "forget", "rollback", Kept.NONE),
        // Even a durable decision to commit is turned round if the first to commit says one of
        // these: hence they never come from a second phase of ours.
        Arguments.of("commit", XAER_RMERR, ROLLED_BACK, "forget", "rollback", Kept.NONE),
        Arguments.of("commit", XAER_PROTO, ROLLED_BACK, "forget", "rollback", Kept.NONE),
        Arguments.of("commit", XA_RBROLLBACK, ROLLED_BACK, "forget", "rollback", Kept.NONE));
  }

  @ParameterizedTest(name = "{0} answers {1}: {2}")
  @MethodSource("twoPhases")
  void inTwoPhases(
      String call, int code, Class<?> outcome, String last, String otherLast, Kept record)
      throws Exception {
    ScriptedResource failing = new ScriptedResource("failing").failing(call, code);
    ScriptedResource other = new ScriptedResource("other");
    manager.begin();
    assertThat(manager.getTransaction().enlistResource(failing)).isTrue();
    assertThat(manager.getTransaction().enlistResource(other)).isTrue();

    assertThat(outcomeOfCommit()).isEqualTo(outcome);
    assertThat(lastOf(failing)).isEqualTo(last);
    assertThat(lastOf(other)).isEqualTo(otherLast);
    assertRecord(record);
  }

  static Stream<Arguments> onePhase() {
    return Stream.of(
        Arguments.of(XA_RBROLLBACK, ROLLED_BACK, Kept.NONE),
        Arguments.of(XA_RBTIMEOUT, ROLLED_BACK, Kept.NONE),
        Arguments.of(XAER_RMFAIL, NOT_KNOWN, Kept.HEURISTIC),
        Arguments.of(XA_HEURCOM, COMMITTED, Kept.NONE),
        Arguments.of(XA_HEURRB, ROLLED_BACK, Kept.NONE),
        // Taken for a rollback, whatever has happened:
        Arguments.of(XA_RETRY, ROLLED_BACK, Kept.NONE),
        Arguments.of(XAER_RMERR, ROLLED_BACK, Kept.NONE),
        Arguments.of(XAER_PROTO, ROLLED_BACK, Kept.NONE));
  }

  @ParameterizedTest(name = "one-phase commit answers {0}: {1}")
  @MethodSource("onePhase")
  void inOnePhase(int code, Class<?> outcome, Kept record) throws Exception {
    manager.begin();
    manager
        .getTransaction()
        .enlistResource(new ScriptedResource("failing").failing("commit-one-phase", code));

    assertThat(outcomeOfCommit()).isEqualTo(outcome);
    assertRecord(record);
  }

  static Stream<Arguments> ends() {
    return Stream.of(
        Arguments.of(XA_RBROLLBACK, List.of("start", "end", "rollback")),
        Arguments.of(XA_RBTIMEOUT, List.of("start", "end", "rollback")),
        Arguments.of(XAER_RMFAIL, List.of("start", "end")));
  }

  @ParameterizedTest(name = "end answers {0}: {1}")
  @MethodSource("ends")
  void inEnd(int code, List<String> calls) throws Exception {
    ScriptedResource failing = new ScriptedResource("failing").failing("end", code);
    manager.begin();
    manager.getTransaction().enlistResource(failing);

    assertThat(outcomeOfCommit()).isEqualTo(ROLLED_BACK);
    assertThat(failing.calls()).isEqualTo(calls);
  }

  static Stream<Arguments> starts() {
    return Stream.of(
        Arguments.of(XAER_RMFAIL, 1),
        Arguments.of(XAER_RMERR, 21),
        Arguments.of(javax.transaction.xa.XAException.XAER_DUPID, 21));
  }

  @ParameterizedTest(name = "start answers {0}: tried {1} times")
  @MethodSource("starts")
  void inStart(int code, int times) throws Exception {
    ScriptedResource failing = new ScriptedResource("failing").failing("start", code);
    manager.begin();

    assertThat(manager.getTransaction().enlistResource(failing)).isFalse();
    assertThat(manager.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
    assertThat(failing.calls()).hasSize(times);
    manager.rollback();
  }

  static Stream<Integer> rollbacks() {
    return Stream.of(XA_RBROLLBACK, XA_RBTIMEOUT, XAER_RMFAIL, XAER_NOTA);
  }

  @ParameterizedTest(name = "rollback answers {0}: rolled back")
  @MethodSource("rollbacks")
  void inRollback(int code) throws Exception {
    ScriptedResource failing = new ScriptedResource("failing").failing("rollback", code);
    manager.begin();
    manager.getTransaction().enlistResource(failing);
    manager.rollback();

    assertThat(lastOf(failing)).isEqualTo("rollback");
    assertRecord(Kept.NONE);
  }

  static Stream<Arguments> rollbacksOfPrepared() {
    return Stream.of(
        Arguments.of(XA_RBROLLBACK, ROLLED_BACK, "rollback", Kept.NONE),
        Arguments.of(XAER_RMFAIL, ROLLED_BACK, "rollback", Kept.NONE),
        Arguments.of(XA_HEURRB, ROLLED_BACK, "rollback", Kept.NONE),
        Arguments.of(XA_HEURCOM, NOT_KNOWN, "rollback", Kept.HEURISTIC));
  }

  @ParameterizedTest(name = "rollback of what is prepared answers {0}: {1}")
  @MethodSource("rollbacksOfPrepared")
  void inRollbackOfWhatIsPrepared(int code, Class<?> outcome, String last, Kept record)
      throws Exception {
    ScriptedResource failing = new ScriptedResource("failing").failing("rollback", code);
    manager.begin();
    manager.getTransaction().enlistResource(failing);
    manager
        .getTransaction()
        .enlistResource(new ScriptedResource("other").failing("prepare", XA_RBROLLBACK));

    assertThat(outcomeOfCommit()).isEqualTo(outcome);
    assertThat(lastOf(failing)).isEqualTo(last);
    assertRecord(record);
  }

  private Class<?> outcomeOfCommit() {
    return Optional.<Throwable>ofNullable(catchThrowable(manager::commit))
        .<Class<?>>map(Throwable::getClass)
        .orElse(COMMITTED);
  }

  private static String lastOf(ScriptedResource resource) {
    return resource.calls().get(resource.calls().size() - 1);
  }

  private void assertRecord(Kept expected) {
    RecoveryReport report = transactions.recoverNow(Duration.ZERO);
    assertThat(report.left()).hasSize(expected == Kept.RETRIED ? 1 : 0);
    assertThat(report.heuristics()).hasSize(expected == Kept.HEURISTIC ? 1 : 0);
  }

  static void removeRecords() throws Exception {
    RecoveryStore store = StoreManager.getRecoveryStore();
    String type = new AtomicAction().type();
    InputObjectState uids = new InputObjectState();
    store.allObjUids(type, uids);
    for (Uid uid = UidHelper.unpackFrom(uids);
        !uid.equals(Uid.nullUid());
        uid = UidHelper.unpackFrom(uids)) {
      store.remove_committed(uid, type);
    }
  }
}
