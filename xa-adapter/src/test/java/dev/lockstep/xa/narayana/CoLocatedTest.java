package dev.lockstep.xa.narayana;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionImple;
import com.arjuna.ats.internal.jta.transaction.arjunacore.jca.SubordinateTransaction;
import com.arjuna.ats.internal.jta.transaction.arjunacore.jca.TransactionImporterImple;
import com.arjuna.ats.jta.xa.XATxConverter;
import com.arjuna.ats.jta.xa.XidImple;
import dev.lockstep.DiskFullException;
import dev.lockstep.Headers;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.spi.Envelope;
import dev.lockstep.xa.FakeLog;
import dev.lockstep.xa.FakeLog.Call;
import dev.lockstep.xa.FakeRecords;
import jakarta.transaction.RollbackException;
import jakarta.transaction.TransactionManager;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real Narayana with its records in a log, and which forces it lets go. */
@Timeout(60)
class CoLocatedTest {
  private static final Duration ONE_PASS = Duration.ZERO;

  private final ScriptedResource database = new ScriptedResource("database");
  private final FakeRecords records = new FakeRecords();
  private FakeLog log = new FakeLog().with(records);
  private NarayanaTransactions transactions;
  private TransactionManager manager;

  /** A run that failed may have left its note. */
  @BeforeEach
  void forgetLogs() throws IOException {
    Files.deleteIfExists(NarayanaFixture.STORE.resolve("lockstep-logs"));
  }

  private void start(TransactionStore store, Elision elision) {
    transactions =
        NarayanaFixture.transactions()
            .store(store)
            .elision(elision)
            .recover(
                RecoverableResource.of(
                    "shop", enlisted -> enlisted == database, () -> database, opened -> {}))
            .open();
    manager = transactions.transactionManager();
    transactions.binding().attach(log);
  }

  @AfterEach
  void stop() throws Exception {
    records.heal();
    NarayanaReactionsTest.removeRecords();
    transactions.binding().detach(log);
    transactions.close();
  }

  private void send(FakeLog to, String text) {
    transactions
        .binding()
        .current(to)
        .orElseThrow()
        .append(new Envelope("orders", Optional.empty(), text.getBytes(UTF_8), Headers.empty()));
  }

  private void sendAndInsert(String text) throws Exception {
    manager.begin();
    send(log, text);
    assertThat(manager.getTransaction().enlistResource(database)).isTrue();
  }

  @Test
  void theRecordLiesInTheLogFromTheDecisionToTheEnd() throws Exception {
    start(TransactionStore.CO_LOCATED, Elision.ON);
    List<Integer> during = new ArrayList<>();
    database.on("prepare", () -> during.add(records.size()));
    database.on("commit", () -> during.add(records.size()));
    sendAndInsert("a");
    manager.commit();

    assertThat(during).containsExactly(0, 1);
    assertThat(records.size()).isZero();
    assertThat(log.visible()).containsExactly("a");
    assertThat(log.deferred()).containsExactly(Call.PREPARE, Call.COMMIT);
  }

  @Test
  void branchesCarryTheNumberOfWhatDecidesThem() throws Exception {
    assertThat(numberInTheDatabase(TransactionStore.FILES))
        .isEqualTo(StoreNumber.of(NarayanaFixture.STORE));
    transactions.binding().detach(log);
    transactions.close();
    assertThat(numberInTheDatabase(TransactionStore.CO_LOCATED))
        .isEqualTo(StoreNumber.of(log.id()))
        .isNotEqualTo(StoreNumber.of(NarayanaFixture.STORE));
  }

  private int numberInTheDatabase(TransactionStore store) throws Exception {
    start(store, Elision.ON);
    List<Integer> numbers = new ArrayList<>();
    database.on(
        "commit",
        () -> database.prepared().forEach(xid -> numbers.add(StoreNumber.in(new XidImple(xid)))));
    sendAndInsert("a");
    manager.commit();
    return numbers.get(0);
  }

  /** The directory may have been lost, and its number with it. */
  @Test
  void anOrphanIsThatOfTheLogItWouldHaveBeenDecidedIn() throws Exception {
    start(TransactionStore.CO_LOCATED, Elision.ON);
    Uid transaction = new Uid(new long[] {1, 2}, 4711, 1_700_000_000, 1);
    assertThat(database.prepare(NarayanaFixture.xid(transaction, StoreNumber.of(log.id()))))
        .isZero();
    assertThat(transactions.recoverNow(ONE_PASS).isComplete()).isTrue();
    assertThat(database.prepared()).isEmpty();
  }

  @Test
  void everythingIsForcedUnlessAsked() throws Exception {
    start(TransactionStore.CO_LOCATED, Elision.OFF);
    sendAndInsert("a");
    manager.commit();
    assertThat(log.deferred()).isEmpty();
    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void everythingIsForcedWithRecordsInFiles() throws Exception {
    start(TransactionStore.FILES, Elision.ON);
    sendAndInsert("a");
    manager.commit();
    assertThat(log.deferred()).isEmpty();
    assertThat(records.size()).isZero();
  }

  /** Recovery could not finish a record that has a resource without a name. */
  @Test
  void everythingIsForcedBesideAResourceThatRecoveryDoesNotKnow() throws Exception {
    start(TransactionStore.CO_LOCATED, Elision.ON);
    sendAndInsert("a");
    assertThat(manager.getTransaction().enlistResource(new ScriptedResource("stranger"))).isTrue();
    manager.commit();
    assertThat(log.deferred()).isEmpty();
    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void theBranchesOfAnotherLogAreForced() throws Exception {
    start(TransactionStore.CO_LOCATED, Elision.ON);
    FakeLog other = new FakeLog(new UUID(3, 3)).with(new FakeRecords());
    transactions.binding().attach(other);
    sendAndInsert("a");
    send(other, "b");
    manager.commit();
    transactions.binding().detach(other);
    assertThat(other.deferred()).isEmpty();
    assertThat(other.visible()).containsExactly("b");
    assertThat(log.deferred()).containsExactly(Call.PREPARE, Call.COMMIT);
  }

  /** Somebody else decides, and keeps the decision elsewhere. */
  @Test
  void aSubordinateTransactionIsForced() throws Exception {
    start(TransactionStore.CO_LOCATED, Elision.ON);
    SubordinateTransaction subordinate =
        new TransactionImporterImple()
            .importTransaction(XATxConverter.getXid(new Uid(), true, XATxConverter.FORMAT_ID));
    manager.resume(subordinate);
    send(log, "a");
    assertThat(manager.getTransaction().enlistResource(database)).isTrue();
    manager.suspend();
    subordinate.doPrepare();
    subordinate.doCommit();
    assertThat(log.visible()).containsExactly("a");
    assertThat(log.deferred()).isEmpty();
  }

  @Test
  void aSecondPhaseThatFailedIsRepeatedByForce() throws Exception {
    start(TransactionStore.CO_LOCATED, Elision.ON);
    sendAndInsert("a");
    log.fail(Call.COMMIT, new OutcomeUnknownException("simulated"));
    manager.commit();
    assertThat(records.size()).isEqualTo(1);
    assertThat(transactions.recoverNow(ONE_PASS).left()).isNotEmpty();
    log.heal();
    assertThat(transactions.recoverNow(ONE_PASS).left()).isEmpty();
    assertThat(log.visible()).containsExactly("a");
    assertThat(log.deferred()).containsExactly(Call.PREPARE);
    assertThat(records.size()).isZero();
  }

  @Test
  void whatWasDecidedIsCommittedInTheNextLifeWhicheverStoreThatHas() throws Exception {
    TransactionStore next = TransactionStore.FILES;
    for (TransactionStore store :
        List.of(TransactionStore.CO_LOCATED, TransactionStore.FILES, TransactionStore.CO_LOCATED)) {
      start(store, Elision.ON);
      sendAndInsert("in " + store);
      log.fail(Call.COMMIT, new OutcomeUnknownException("simulated"));
      database.failing("commit", XAException.XAER_RMFAIL);
      manager.commit();
      transactions.binding().detach(log);
      transactions.close();
      database.heal();
      log = log.reopened();
      start(next, Elision.ON);
      RecoveryReport report = transactions.recoverNow(ONE_PASS);
      assertThat(report.left()).isEmpty();
      assertThat(report.heuristics()).isEmpty();
      assertThat(database.prepared()).isEmpty();
      assertThat(log.visible()).endsWith("in " + store);
      assertThat(records.size()).isZero();
      transactions.binding().detach(log);
      transactions.close();
      log = log.reopened();
      next = store;
    }
    start(TransactionStore.FILES, Elision.OFF);
  }

  /** Nothing else would force the prepare: with a decision elsewhere a crash could undo half. */
  @Test
  void nothingIsDecidedOnceTheLogOfADeferredPrepareIsClosed() throws Exception {
    for (boolean reopened : List.of(false, true)) {
      start(TransactionStore.CO_LOCATED, Elision.ON);
      FakeLog other = new FakeLog(new UUID(3, 3)).with(new FakeRecords());
      FakeLog closed = log;
      sendAndInsert("a");
      database.on(
          "prepare",
          () -> {
            transactions.binding().detach(closed);
            transactions.binding().attach(reopened ? closed.reopened() : other);
          });
      assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
      assertThat(closed.deferred()).containsExactly(Call.PREPARE);
      assertThat(records.size()).isZero();
      assertThat(other.records().orElseThrow().types()).isEmpty();
      assertThat(database.prepared()).isEmpty();
      database.heal();
      log = closed.reopened();
      transactions.binding().detach(closed);
      transactions.binding().detach(other);
      transactions.binding().attach(log);
      assertThat(transactions.recoverNow(ONE_PASS).left()).isEmpty();
      assertThat(log.open()).isEmpty();
      transactions.binding().detach(log);
      transactions.close();
      log = new FakeLog().with(records);
    }
    start(TransactionStore.CO_LOCATED, Elision.ON);
  }

  /** Its decided transactions would be taken for orphans. */
  @Test
  void recoveryWaitsForTheLogThatMayHaveRecords() throws Exception {
    start(TransactionStore.CO_LOCATED, Elision.ON);
    sendAndInsert("a");
    log.fail(Call.COMMIT, new OutcomeUnknownException("simulated"));
    database.failing("commit", XAException.XAER_RMFAIL);
    manager.commit();
    transactions.binding().detach(log);
    transactions.close();
    database.heal();
    log = log.reopened();
    FakeLog other = new FakeLog(new UUID(4, 4)).with(new FakeRecords());
    transactions =
        NarayanaFixture.transactions()
            .store(TransactionStore.CO_LOCATED)
            .recover(
                RecoverableResource.of(
                    "shop", enlisted -> enlisted == database, () -> database, opened -> {}))
            .open();
    manager = transactions.transactionManager();
    transactions.binding().attach(other);
    for (int pass = 0; pass < 3; pass++) {
      RecoveryReport report = transactions.recoverNow(ONE_PASS);
      assertThat(report.left())
          .anyMatch(line -> line.contains(log.id().toString()) && line.contains("is not open"));
    }
    assertThat(database.prepared()).hasSize(1);
    assertThat(database.undone()).isEmpty();

    transactions.binding().attach(log);
    assertThat(transactions.recoverNow(ONE_PASS).left()).isEmpty();
    assertThat(log.visible()).containsExactly("a");
    assertThat(database.prepared()).isEmpty();
    transactions.binding().detach(other);
  }

  /** Certain refusals roll back; a failed log stops the transaction where it is. */
  @Test
  void aDecisionThatIsNotKnownIsLeftAlone() throws Exception {
    start(TransactionStore.CO_LOCATED, Elision.ON);
    sendAndInsert("a");
    records.fail(new DiskFullException("simulated"));
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(database.prepared()).isEmpty();
    assertThat(log.open()).isEmpty();
    records.heal();

    sendAndInsert("b");
    Uid id = ((TransactionImple) manager.getTransaction()).get_uid();
    database.on("prepare", () -> records.fail(new OutcomeUnknownException("simulated")));
    assertThatThrownBy(manager::commit).isInstanceOf(DecisionUnknownError.class);
    assertThat(transactions.recoverNow(ONE_PASS).left()).isNotEmpty();
    assertThat(database.prepared()).hasSize(1);
    assertThat(database.undone()).hasSize(1); // the first one's
    assertThat(log.open()).hasSize(1);

    // The next process does not know the transaction any more.
    forget(id);
    records.heal();
    transactions.binding().detach(log);
    log = log.reopened();
    transactions.binding().attach(log);
    assertThat(transactions.recoverNow(ONE_PASS).left()).isEmpty();
    assertThat(database.prepared()).isEmpty();
    assertThat(log.visible()).isEmpty();
  }

  private void forget(Uid id) throws Exception {
    manager.suspend();
    Crashed.forget(id);
  }
}
