package dev.lockstep.xa.narayana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.arjuna.ats.arjuna.common.Uid;
import dev.lockstep.Headers;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.Envelope;
import dev.lockstep.xa.FakeLog;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.TransactionManager;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Recovery by the real Narayana, of a log in memory and of a scripted database. */
@Timeout(60)
class RecoveryTest {
  private static final Duration ONE_PASS = Duration.ZERO;

  private final ScriptedResource database = new ScriptedResource("database");
  private final AtomicInteger refusedOpens = new AtomicInteger();
  private final List<String> opened = new ArrayList<>();
  private FakeLog log = newLog();
  private NarayanaTransactions transactions;
  private TransactionManager manager;

  @BeforeEach
  void start() {
    start(Duration.ofHours(1));
  }

  private void start(Duration interval) {
    transactions =
        builder()
            .recoveryInterval(interval)
            .recover(
                RecoverableResource.of(
                    "shop",
                    enlisted -> enlisted == database,
                    this::openDatabase,
                    resource -> opened.add("closed")))
            .open();
    manager = transactions.transactionManager();
    transactions.binding().attach(log);
  }

  FakeLog newLog() {
    return new FakeLog();
  }

  NarayanaTransactions.Builder builder() {
    return NarayanaFixture.transactions();
  }

  private XAResource openDatabase() {
    if (refusedOpens.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      throw new IllegalStateException("connection refused");
    }
    opened.add("opened");
    return database;
  }

  @AfterEach
  void stop() throws Exception {
    NarayanaReactionsTest.removeRecords();
    transactions.binding().detach(log);
    transactions.close();
  }

  private void sendAndInsert(String text) throws Exception {
    manager.begin();
    transactions.binding().current(log).orElseThrow().append(message(text));
    assertThat(manager.getTransaction().enlistResource(database)).isTrue();
  }

  private static Envelope message(String text) {
    return new Envelope(
        "orders", Optional.empty(), text.getBytes(StandardCharsets.UTF_8), Headers.empty());
  }

  private BranchId preparedInLog(Xid xid) {
    return preparedInLog(
        BranchId.of(xid.getFormatId(), xid.getGlobalTransactionId(), xid.getBranchQualifier()));
  }

  private BranchId preparedInLog(BranchId id) {
    Branch branch = log.begin(id);
    branch.append(message("in doubt"));
    assertThat(branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]))
        .isEqualTo(Branch.Vote.PREPARED);
    return id;
  }

  /** An Xid as a transaction of this node has it, which was begun by a process of that id. */
  private static Xid orphanOfProcess(int process) {
    Uid transaction = new Uid(new long[] {1, 2}, process, 1_700_000_000, 1);
    return NarayanaFixture.xid(transaction, StoreNumber.of(NarayanaFixture.STORE));
  }

  private static Xid orphanOfThisProcess() {
    return NarayanaFixture.xid(new Uid(), StoreNumber.of(NarayanaFixture.STORE));
  }

  private void assertComplete(RecoveryReport report) {
    assertThat(report.left()).isEmpty();
    assertThat(report.heuristics()).isEmpty();
    assertThat(report.isComplete()).isTrue();
  }

  @Test
  void anOrphanOfAnotherProcessIsRolledBackInOnePass() {
    preparedInLog(orphanOfProcess(4711));

    RecoveryReport report = transactions.recoverNow(Duration.ofMinutes(1));
    assertComplete(report);
    assertThat(report.passes()).isEqualTo(1);
    assertThat(log.open()).isEmpty();
    assertThat(log.visible()).isEmpty();
  }

  @Test
  void anOrphanWithThisProcessIdIsRolledBackToo() {
    preparedInLog(orphanOfThisProcess());

    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(log.open()).isEmpty();
  }

  @Test
  void theDatabasesOrphansAreRolledBack() throws Exception {
    assertThat(database.prepare(orphanOfProcess(4711))).isZero();

    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(database.prepared()).isEmpty();
  }

  @Test
  void otherNodesBranchesAreLeftAloneAndNotReported() {
    Xid ours = orphanOfProcess(4711);
    byte[] otherNode = ours.getGlobalTransactionId(); // ends with the node id
    otherNode[otherNode.length - 1] = 'X';
    BranchId id =
        preparedInLog(BranchId.of(ours.getFormatId(), otherNode, ours.getBranchQualifier()));

    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(log.open()).containsExactly(id);
  }

  /** Of another process with the same node id, or of this one before it lost its store. */
  @Test
  void branchesDecidedWithAnotherStoreAreLeftAloneAndFound() throws Exception {
    int other = StoreNumber.of(NarayanaFixture.STORE) + 1;
    Xid twin = NarayanaFixture.xid(new Uid(new long[] {3, 4}, 4711, 1_700_000_000, 1), other);
    BranchId id = preparedInLog(twin);
    assertThat(database.prepare(twin)).isZero();

    for (int pass = 0; pass < 3; pass++) {
      assertComplete(transactions.recoverNow(ONE_PASS));
    }
    assertThat(log.open()).containsExactly(id);
    assertThat(database.prepared()).containsExactly(twin);
    assertThat(proven(id)).isEqualTo(Decision.UNKNOWN);
    assertThat(transactions.binding().diagnose())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.code()).isEqualTo("LSTP-0525");
              assertThat(finding.problem()).contains("'" + NarayanaFixture.NODE + "'", "in 'shop'");
            });
    database.rollback(twin);
    assertThat(transactions.binding().diagnose())
        .singleElement()
        .satisfies(finding -> assertThat(finding.problem()).doesNotContain("in 'shop'"));
  }

  @Test
  void otherManagersBranchesAreLeftAlone() {
    Xid ours = orphanOfProcess(4711);
    BranchId id =
        preparedInLog(BranchId.of(4660, ours.getGlobalTransactionId(), ours.getBranchQualifier()));

    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(log.open()).containsExactly(id);
  }

  @Test
  void whatIsInFlightIsLeftAlone() throws Exception {
    List<RecoveryReport> during = new ArrayList<>();
    ScriptedResource third =
        new ScriptedResource("third")
            .on("prepare", () -> during.add(transactions.recoverNow(ONE_PASS)))
            .on("commit", () -> during.add(transactions.recoverNow(ONE_PASS)));
    manager.begin();
    assertThat(manager.getTransaction().enlistResource(database)).isTrue();
    transactions.binding().current(log).orElseThrow().append(message("a"));
    assertThat(manager.getTransaction().enlistResource(third)).isTrue();
    manager.commit();

    assertThat(during).hasSize(2).allMatch(RecoveryReport::isComplete);
    assertThat(log.calls()).doesNotContain("ROLLBACK");
    assertThat(database.calls()).doesNotContain("rollback");
    assertThat(log.visible()).containsExactly("a");
    assertThat(database.prepared()).isEmpty();
  }

  /** The record is written again with what is left; until that is done, it is the manager's. */
  @Test
  void aTransactionThatWritesItsRecordAgainIsLeftAlone() throws Exception {
    List<String> visibleMeanwhile = new ArrayList<>();
    AtomicInteger writes = new AtomicInteger();
    XAResource rewritten =
        new RecordedResource(
            () -> {
              if (writes.incrementAndGet() == 2) {
                log.heal();
                transactions.recoverNow(ONE_PASS);
                visibleMeanwhile.addAll(log.visible());
              }
            });
    manager.begin();
    transactions.binding().current(log).orElseThrow().append(message("a"));
    assertThat(manager.getTransaction().enlistResource(rewritten)).isTrue();
    log.fail(FakeLog.Call.COMMIT, new OutcomeUnknownException("simulated"));
    manager.commit();

    assertThat(writes).hasValue(2);
    assertThat(visibleMeanwhile).isEmpty();
    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void aSecondPhaseThatFailedInTheLogIsRepeated() throws Exception {
    sendAndInsert("a");
    log.fail(FakeLog.Call.COMMIT, new OutcomeUnknownException("simulated"));
    manager.commit();
    assertThat(log.visible()).isEmpty();
    RecoveryReport failing = transactions.recoverNow(ONE_PASS);
    assertThat(failing.left()).hasSize(2).anyMatch(line -> line.contains("lockstep-log-"));
    log.heal();

    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void aSecondPhaseThatFailedInTheDatabaseIsRepeated() throws Exception {
    sendAndInsert("a");
    database.failing("commit", XAException.XAER_RMFAIL);
    manager.commit();
    assertThat(transactions.recoverNow(ONE_PASS).left()).hasSize(2);
    database.heal();

    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(database.prepared()).isEmpty();
  }

  @Test
  void aRecordIsRemovedWhoseBranchesWereAllFinished() throws Exception {
    sendAndInsert("a");
    log.fail(FakeLog.Call.COMMIT, new OutcomeUnknownException("simulated"));
    database.failing("commit", XAException.XAER_RMFAIL);
    manager.commit();
    log.heal();
    database.heal();
    // As if both had finished, and the crash came before the record's removal.
    database.commit(database.prepared().get(0), false);
    log.commit(log.open().iterator().next());

    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void aRecordIsKeptWhileItsDatabaseIsOutOfReach() throws Exception {
    sendAndInsert("a");
    database.failing("commit", XAException.XAER_RMFAIL);
    manager.commit();
    database.heal();
    refusedOpens.set(Integer.MAX_VALUE);
    for (int pass = 0; pass < 3; pass++) {
      assertThat(transactions.recoverNow(ONE_PASS).left())
          .hasSize(2)
          .anyMatch(line -> line.contains("'shop' is out of reach"))
          .anyMatch(line -> line.contains("decision record"));
    }
    refusedOpens.set(0);

    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(database.calls()).endsWith("commit", "recover", "recover");
    assertThat(database.prepared()).isEmpty();
  }

  @Test
  void aResourceThatDoesNotAnswerIsNotTakenForFinished() throws Exception {
    sendAndInsert("a");
    database.failing("commit", XAException.XAER_RMFAIL);
    manager.commit();
    database.heal();
    database.failing("recover", XAException.XAER_RMFAIL);
    assertThat(transactions.recoverNow(ONE_PASS).left())
        .hasSize(2)
        .anyMatch(line -> line.contains("'shop' does not answer: XA error -7"));
    database.heal();

    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(database.prepared()).isEmpty();
  }

  @Test
  void recoveryTriesAgainWhileThereIsPatience() throws Exception {
    assertThat(database.prepare(orphanOfProcess(4711))).isZero();
    refusedOpens.set(5);

    RecoveryReport report = transactions.recoverNow(Duration.ofSeconds(50));
    assertComplete(report);
    assertThat(report.passes()).isGreaterThan(1);
  }

  @Test
  void eachPassGivesBackWhatItOpened() {
    transactions.recoverNow(ONE_PASS);

    assertThat(opened).isNotEmpty().endsWith("closed");
    assertThat(opened.stream().filter("opened"::equals).count())
        .isEqualTo(opened.stream().filter("closed"::equals).count());
  }

  @Test
  void recoveryRunsPeriodically() throws Exception {
    stop();
    start(Duration.ofMillis(20));
    preparedInLog(orphanOfProcess(4711));

    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> log.open().isEmpty());
  }

  @Test
  void afterDetachTheLogIsNotCalledAnyMore() {
    transactions.recoverNow(ONE_PASS);
    transactions.binding().detach(log);
    int calls = log.calls().size();
    assertComplete(transactions.recoverNow(ONE_PASS));

    assertThat(log.calls()).hasSize(calls);
  }

  /** Decides the log's branch by hand between the phases; the log is asked first or last. */
  private Throwable commitDecidedByHand(Outcome byHand, boolean logFirst) throws Exception {
    manager.begin();
    ScriptedResource last =
        new ScriptedResource("last")
            .on("prepare", () -> log.open().forEach(id -> log.decideByHand(id, byHand)));
    if (logFirst) {
      transactions.binding().current(log).orElseThrow().append(message("a"));
      assertThat(manager.getTransaction().enlistResource(database)).isTrue();
    } else {
      assertThat(manager.getTransaction().enlistResource(database)).isTrue();
      transactions.binding().current(log).orElseThrow().append(message("a"));
    }
    assertThat(manager.getTransaction().enlistResource(last)).isTrue();
    return catchThrowable(manager::commit);
  }

  /** The manager takes it for committed and does not forget; recovery does, in its next pass. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasCommittedByHandIsCommittedAndForgottenByRecovery(boolean logFirst) throws Exception {
    assertThat(commitDecidedByHand(Outcome.COMMITTED, logFirst)).isNull();
    assertThat(database.calls()).endsWith("commit");
    assertThat(log.visible()).containsExactly("a");
    assertThat(log.open()).hasSize(1);

    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(log.open()).isEmpty();
    assertThat(log.calls()).containsSubsequence("COMMIT", "ROLLBACK", "FORGET");
    assertThat(log.visible()).containsExactly("a");
  }

  /** Nobody has committed yet, so the manager turns round. */
  @Test
  void whatWasRolledBackByHandRollsTheOthersBackIfItIsTheFirst() throws Exception {
    assertThat(commitDecidedByHand(Outcome.ROLLED_BACK, true))
        .isInstanceOf(RollbackException.class);
    assertThat(database.undone()).hasSize(1);
    assertThat(log.calls()).endsWith("COMMIT", "FORGET");
    assertThat(log.open()).isEmpty();

    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(log.visible()).isEmpty();
  }

  /** The manager keeps a record of what it can't have forgotten, and the log its branch. */
  @Test
  void whatCannotBeForgottenStaysKnown() throws Exception {
    log.fail(FakeLog.Call.FORGET, new OutcomeUnknownException("simulated"));
    assertThat(commitDecidedByHand(Outcome.ROLLED_BACK, true))
        .isInstanceOf(RollbackException.class);
    log.heal();

    assertThat(transactions.recoverNow(ONE_PASS).heuristics())
        .singleElement()
        .asString()
        .contains("decision record");
    assertThat(log.open()).hasSize(1);
    assertThat(log.visible()).isEmpty();
  }

  /** The database has committed: the manager's record and the log's branch stay for somebody. */
  @Test
  void whatWasRolledBackByHandBehindOneThatCommittedStaysKnown() throws Exception {
    assertThat(commitDecidedByHand(Outcome.ROLLED_BACK, false))
        .isInstanceOf(HeuristicMixedException.class);
    for (int i = 0; i < 2; i++) {
      RecoveryReport report = transactions.recoverNow(ONE_PASS);
      assertThat(report.heuristics()).singleElement().asString().contains("decision record");
      assertThat(report.left()).as("nothing that a further pass could do").isEmpty();
    }
    assertThat(log.open()).hasSize(1);
    assertThat(log.calls()).doesNotContain("ROLLBACK", "FORGET");
  }

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void anOrphanThatWasDecidedByHandIsForgotten(Outcome byHand) {
    log.decideByHand(preparedInLog(orphanOfProcess(4711)), byHand);

    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(log.open()).isEmpty();
    assertThat(log.calls()).containsSubsequence("ROLLBACK", "FORGET");
    assertThat(log.visible()).hasSize(byHand == Outcome.COMMITTED ? 1 : 0);
  }

  /** Recovery repeats a second phase, and finds that somebody was faster. */
  @ParameterizedTest
  @EnumSource(Outcome.class)
  void recoveryIsToldOfWhatWasDecidedByHandMeanwhile(Outcome byHand) throws Exception {
    sendAndInsert("a");
    log.fail(FakeLog.Call.COMMIT, new OutcomeUnknownException("simulated"));
    manager.commit();
    log.heal();
    log.open().forEach(id -> log.decideByHand(id, byHand));

    RecoveryReport report = transactions.recoverNow(Duration.ofSeconds(50));
    assertThat(report.left()).isEmpty();
    assertThat(report.heuristics()).hasSize(byHand == Outcome.COMMITTED ? 0 : 1);
    assertThat(log.open()).hasSize(byHand == Outcome.COMMITTED ? 0 : 1);
    assertThat(log.visible()).hasSize(byHand == Outcome.COMMITTED ? 1 : 0);
  }

  /** Decided in this life, and told to nobody. */
  private void beginNextLifeWithADecision() throws Exception {
    sendAndInsert("a");
    log.fail(FakeLog.Call.COMMIT, new OutcomeUnknownException("simulated"));
    database.failing("commit", XAException.XAER_RMFAIL);
    manager.commit();
    transactions.binding().detach(log);
    transactions.close();
    database.heal();
    log = log.reopened();
    start();
  }

  private Decision proven(BranchId id) {
    return transactions.binding().decision(id);
  }

  /** As long as a transaction is in flight, its manager decides, and nobody else. */
  @Test
  void whatIsDecidedIsProvenOnceTheTransactionIsOutOfFlight() throws Exception {
    List<Decision> during = new ArrayList<>();
    ScriptedResource third =
        new ScriptedResource("third")
            .on("prepare", () -> log.open().forEach(id -> during.add(proven(id))))
            .on("commit", () -> log.open().forEach(id -> during.add(proven(id))));
    sendAndInsert("a");
    assertThat(manager.getTransaction().enlistResource(third)).isTrue();
    log.fail(FakeLog.Call.COMMIT, new OutcomeUnknownException("simulated"));
    manager.commit();
    assertThat(during).containsExactly(Decision.UNKNOWN, Decision.UNKNOWN);
    log.heal();
    BranchId id = log.open().iterator().next();

    assertThat(proven(id)).isEqualTo(Decision.COMMIT);
    assertComplete(transactions.recoverNow(ONE_PASS));
    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void theDecisionOfAnEarlierLifeIsProven() throws Exception {
    beginNextLifeWithADecision();

    assertThat(proven(log.open().iterator().next())).isEqualTo(Decision.COMMIT);
  }

  /** Neither a record nor its absence is taken for more than it is. */
  @Test
  void whatIsNotDecidedHereIsNotProvenToBeCommitted() {
    Xid orphan = orphanOfProcess(4711);
    byte[] otherNode = orphan.getGlobalTransactionId(); // ends with the node id
    otherNode[otherNode.length - 1] = 'X';

    assertThat(proven(preparedInLog(orphan))).isEqualTo(Decision.ROLLBACK);
    assertThat(proven(BranchId.of(7, new byte[] {1}, new byte[] {2}))).isEqualTo(Decision.UNKNOWN);
    assertThat(proven(BranchId.of(orphan.getFormatId(), otherNode, orphan.getBranchQualifier())))
        .isEqualTo(Decision.UNKNOWN);
  }

  /** The transaction is rolled back, and has a record all the same. */
  @Test
  void aRecordOfAHeuristicOutcomeProvesNothing() throws Exception {
    sendAndInsert("a");
    ScriptedResource third =
        new ScriptedResource("third").failing("prepare", XAException.XA_RBROLLBACK);
    assertThat(manager.getTransaction().enlistResource(third)).isTrue();
    database.failing("rollback", XAException.XA_HEURCOM);
    log.fail(FakeLog.Call.ROLLBACK, new OutcomeUnknownException("simulated"));
    assertThatThrownBy(manager::commit).isInstanceOf(HeuristicMixedException.class);
    log.heal();
    BranchId id = log.open().iterator().next();

    for (int i = 0; i < 3; i++) { // passes write it again, and then it looks like a commit's
      assertThat(proven(id)).isEqualTo(Decision.UNKNOWN);
      RecoveryReport report = transactions.recoverNow(ONE_PASS);
      assertThat(report.heuristics().size() + report.left().size()).isPositive();
    }
    assertThat(log.visible()).isEmpty();
  }

  @Test
  void whatWasDecidedIsCommittedInTheNextLife() throws Exception {
    beginNextLifeWithADecision();

    RecoveryReport report = transactions.recoverNow(Duration.ofMinutes(1));
    assertComplete(report);
    assertThat(report.passes()).isEqualTo(1);
    assertThat(log.visible()).containsExactly("a");
    assertThat(database.prepared()).isEmpty();
  }
}
