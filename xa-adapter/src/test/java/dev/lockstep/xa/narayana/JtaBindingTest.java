package dev.lockstep.xa.narayana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.ClosedException;
import dev.lockstep.Headers;
import dev.lockstep.LogFailedException;
import dev.lockstep.NoTransactionException;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import dev.lockstep.xa.FakeLog;
import dev.lockstep.xa.ForcingPolicy;
import dev.lockstep.xa.JtaBinding;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JtaBindingTest {
  private NarayanaTransactions transactions;
  private TransactionManager manager;
  private TransactionBinding binding;
  private final FakeLog log = new FakeLog();

  @BeforeEach
  void open() {
    transactions = NarayanaFixture.transactions().open();
    manager = transactions.transactionManager();
    binding = transactions.binding();
    binding.attach(log);
  }

  @AfterEach
  void close() throws Exception {
    try {
      if (manager.getStatus() != Status.STATUS_NO_TRANSACTION) {
        manager.rollback();
      }
      assertThat(log.open()).isEmpty();
    } finally {
      binding.detach(log);
      transactions.close();
    }
  }

  private Branch send(String text) {
    return send(log, text);
  }

  private Branch send(FakeLog target, String text) {
    Branch branch = binding.current(target).orElseThrow();
    branch.append(envelope(text));
    return branch;
  }

  private static Envelope envelope(String text) {
    return new Envelope(
        "orders", Optional.empty(), text.getBytes(StandardCharsets.UTF_8), Headers.empty());
  }

  @Test
  void findsNoBranchOutsideATransaction() {
    assertThat(binding.current(log)).isEmpty();
    assertThat(log.calls()).isEmpty();
  }

  @Test
  void twoSendsShareOneBranchAndTakeTheOnePhasePath() throws Exception {
    manager.begin();
    Branch first = send("a");
    assertThat(send("b")).isSameAs(first);
    manager.commit();

    assertThat(log.calls()).containsExactly("BEGIN", "COMMIT_ONE_PHASE");
    assertThat(log.visible()).containsExactly("a", "b");
  }

  @Test
  void aSecondResourceMakesItTwoPhases() throws Exception {
    ScriptedResource database = new ScriptedResource("database");
    manager.begin();
    send("a");
    manager.getTransaction().enlistResource(database);
    manager.commit();

    assertThat(log.calls()).containsExactly("BEGIN", "PREPARE", "COMMIT");
    assertThat(database.calls()).containsExactly("start", "end", "prepare", "commit");
    assertThat(log.visible()).containsExactly("a");
  }

  /** So that it keeps nothing of a transaction that is over. */
  @Test
  void aPolicyIsToldOfEachEnd() throws Exception {
    List<BranchId> prepared = new ArrayList<>();
    List<BranchId> ended = new ArrayList<>();
    ForcingPolicy policy =
        new ForcingPolicy() {
          @Override
          public Forcing prepare(TransactionalLog of, BranchId branch) {
            prepared.add(branch);
            return Forcing.FORCED;
          }

          @Override
          public void ended(BranchId branch) {
            ended.add(branch);
          }
        };
    JtaBinding own = JtaBinding.of(manager, transactions.synchronizationRegistry(), policy);
    FakeLog other = new FakeLog(new UUID(5, 5));
    own.attach(other);
    ScriptedResource database = new ScriptedResource("database");
    for (int code : new int[] {XAResource.XA_OK, XAException.XA_RBROLLBACK}) {
      manager.begin();
      own.current(other).orElseThrow().append(envelope("a"));
      manager.getTransaction().enlistResource(database);
      if (code == XAResource.XA_OK) {
        manager.commit();
      } else {
        database.failing("prepare", code);
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
      }
    }
    assertThat(prepared).hasSize(2);
    assertThat(ended).isEqualTo(prepared);
    assertThat(other.open()).isEmpty();
  }

  @Test
  void anEmptyBranchVotesReadOnlyAndIsNotCalledAgain() throws Exception {
    manager.begin();
    assertThat(binding.current(log)).isPresent();
    manager.getTransaction().enlistResource(new ScriptedResource("database"));
    manager.commit();

    assertThat(log.calls()).containsExactly("BEGIN", "PREPARE");
  }

  @Test
  void rollbackDropsTheBranch() throws Exception {
    manager.begin();
    send("a");
    manager.rollback();

    assertThat(log.visible()).isEmpty();
    assertThat(binding.current(log)).isEmpty();
  }

  @Test
  void aSuspendedTransactionKeepsItsBranchAndAnotherHasItsOwn() throws Exception {
    manager.begin();
    Branch outer = send("outer");
    Transaction suspended = manager.suspend();
    assertThat(binding.current(log)).isEmpty();
    manager.begin();
    assertThat(send("inner").id()).isNotEqualTo(outer.id());
    manager.commit();
    manager.resume(suspended);
    assertThat(send("outer again")).isSameAs(outer);
    manager.rollback();

    assertThat(log.visible()).containsExactly("inner");
  }

  @Test
  void aTransactionMayBeCommittedByAnotherThread() throws Exception {
    manager.begin();
    send("a");
    Transaction transaction = manager.suspend();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread other =
        new Thread(
            () -> {
              try {
                manager.resume(transaction);
                send("b");
                manager.commit();
              } catch (Throwable e) {
                failure.set(e);
              }
            });
    other.start();
    other.join();

    assertThat(failure.get()).isNull();
    assertThat(log.visible()).containsExactly("a", "b");
  }

  @Test
  void eachLogHasItsOwnBranch() throws Exception {
    FakeLog second = new FakeLog(new UUID(8, 8));
    binding.attach(second);
    try {
      manager.begin();
      send("a");
      send(second, "b");
      manager.commit();

      assertThat(log.calls()).containsExactly("BEGIN", "PREPARE", "COMMIT");
      assertThat(second.visible()).containsExactly("b");
    } finally {
      binding.detach(second);
    }
  }

  @Test
  void aSendBeforeCompletionBelongsToTheTransaction() throws Exception {
    manager.begin();
    manager.getTransaction().registerSynchronization(before(() -> send("from a synchronization")));
    transactions
        .synchronizationRegistry()
        .registerInterposedSynchronization(before(() -> send("from an interposed one")));
    manager.commit();

    assertThat(log.visible()).containsExactly("from a synchronization", "from an interposed one");
  }

  @Test
  void theFirstSendMayComeFromAnInterposedSynchronization() throws Exception {
    manager.begin();
    transactions
        .synchronizationRegistry()
        .registerInterposedSynchronization(before(() -> send("late")));
    manager.commit();

    assertThat(log.visible()).containsExactly("late");
  }

  @Test
  void afterCompletionThereIsNoTransaction() throws Exception {
    AtomicReference<Optional<Branch>> seen = new AtomicReference<>();
    manager.begin();
    manager
        .getTransaction()
        .registerSynchronization(
            new Synchronization() {
              @Override
              public void beforeCompletion() {}

              @Override
              public void afterCompletion(int status) {
                seen.set(binding.current(log));
              }
            });
    manager.commit();

    assertThat(seen.get()).isEmpty();
  }

  @Test
  void aSendDuringPrepareIsRefused() throws Exception {
    AtomicReference<Throwable> refused = new AtomicReference<>();
    ScriptedResource database =
        new ScriptedResource("database")
            .on(
                "prepare",
                () -> {
                  try {
                    send("too late");
                  } catch (RuntimeException e) {
                    refused.set(e);
                  }
                });
    manager.begin();
    send("in time");
    manager.getTransaction().enlistResource(database);
    manager.commit();

    assertThat(refused.get())
        .isInstanceOf(NoTransactionException.class)
        .hasMessageContaining("is being completed");
    assertThat(log.visible()).containsExactly("in time");
  }

  @Test
  void aSendInATransactionMarkedRollbackOnlyIsRefused() throws Exception {
    manager.begin();
    send("a");
    manager.setRollbackOnly();

    assertThatThrownBy(() -> binding.current(log))
        .isInstanceOf(TransactionRolledBackException.class)
        .hasMessageContaining("is marked rollback-only");
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(log.visible()).isEmpty();
  }

  @Test
  void aTimedOutTransactionIsRolledBackAndRefusesSends() throws Exception {
    manager.setTransactionTimeout(1);
    try {
      manager.begin();
    } finally {
      manager.setTransactionTimeout(0);
    }
    Branch branch = send("a");
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> branch.state() == Branch.State.ROLLED_BACK);

    assertThatThrownBy(() -> send("b")).isInstanceOf(TransactionRolledBackException.class);
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(log.visible()).isEmpty();
  }

  @Test
  void theManagersTimeoutIsTheBranchsDeadline() throws Exception {
    Instant before = Instant.now();
    Branch branch = beginAndSend(1_000);

    assertThat(log.deadline(branch.id()).orElseThrow())
        .isBetween(before.plusSeconds(1_000), Instant.now().plusSeconds(1_000));
    manager.commit();
    assertThat(log.visible()).containsExactly("a");
  }

  private Branch beginAndSend(int timeoutSeconds) throws Exception {
    manager.setTransactionTimeout(timeoutSeconds);
    try {
      manager.begin();
    } finally {
      manager.setTransactionTimeout(0);
    }
    return send("a");
  }

  /** The manager has not noticed, whose reaper may be busy. */
  @Test
  void aBranchWhoseDeadlineComesFirstRollsTheTransactionBack() throws Exception {
    ScriptedResource database = new ScriptedResource("database");
    Branch branch = beginAndSend(1_000);
    manager.getTransaction().enlistResource(database);
    log.pass(Instant.now().plusSeconds(2_000));
    assertThat(branch.state()).isEqualTo(Branch.State.ROLLED_BACK);
    assertThatThrownBy(() -> send("b")).isInstanceOf(TransactionRolledBackException.class);

    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(database.calls()).containsExactly("start", "end", "rollback");
    assertThat(log.calls()).containsExactly("BEGIN", "ROLLBACK");
    assertThat(log.visible()).isEmpty();
  }

  @Test
  void aBranchWhoseDeadlineComesFirstIsRolledBackWithoutASurprise() throws Exception {
    beginAndSend(1_000);
    log.pass(Instant.now().plusSeconds(2_000));
    manager.rollback();

    assertThat(log.calls()).containsExactly("BEGIN", "MARK", "ROLLBACK");
  }

  /** Narayana ends a branch right before it prepares it. */
  @Test
  void aDeadlineThatPassesWhileAnotherResourcePrepares() throws Exception {
    ScriptedResource database =
        new ScriptedResource("database")
            .on("prepare", () -> log.pass(Instant.now().plusSeconds(2_000)));
    manager.begin();
    manager.getTransaction().enlistResource(database);
    send("a");

    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(database.calls()).containsExactly("start", "end", "prepare", "rollback");
    assertThat(log.calls()).containsExactly("BEGIN", "ROLLBACK");
    assertThat(log.visible()).isEmpty();
  }

  /** Both phases: what is prepared waits for its decision, however long that takes. */
  @Test
  void aDeadlineThatPassesBehindThePrepareChangesNothing() throws Exception {
    ScriptedResource database =
        new ScriptedResource("database")
            .on("prepare", () -> log.pass(Instant.now().plusSeconds(2_000)));
    manager.begin();
    send("a");
    manager.getTransaction().enlistResource(database);
    manager.commit();

    assertThat(log.calls()).containsExactly("BEGIN", "PREPARE", "COMMIT");
    assertThat(log.visible()).containsExactly("a");
  }

  @Test
  void aTransactionMayTimeOutWhileItSends() throws Exception {
    manager.setTransactionTimeout(1);
    try {
      manager.begin();
    } finally {
      manager.setTransactionTimeout(0);
    }
    assertThatThrownBy(
            () -> {
              while (true) {
                send("a");
              }
            })
        .isInstanceOf(TransactionRolledBackException.class);
    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(log.visible()).isEmpty();
  }

  @Test
  void aLogThatCannotBeginSaysWhyAndTheTransactionRollsBack() throws Exception {
    log.fail(FakeLog.Call.BEGIN, new LogFailedException("the log failed before"));
    manager.begin();

    assertThatThrownBy(() -> binding.current(log))
        .isInstanceOf(LogFailedException.class)
        .hasMessageContaining("failed before");
    assertThat(manager.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
  }

  @Test
  void anErrorWhileEnlistingIsReportedWithItsCause() throws Exception {
    log.fail(FakeLog.Call.BEGIN, new OutOfMemoryError("simulated"));
    manager.begin();

    assertThatThrownBy(() -> binding.current(log))
        .isInstanceOf(TransactionRolledBackException.class)
        .hasMessageContaining("could not take in")
        .hasRootCauseInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void aLogThatIsNotAttachedIsRefused() throws Exception {
    FakeLog stranger = new FakeLog(new UUID(9, 9));
    manager.begin();

    assertThatThrownBy(() -> binding.current(stranger))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not attached");
  }

  @Test
  void aClosedLogRollsTheTransactionBack() throws Exception {
    manager.begin();
    send("a");
    log.fail(FakeLog.Call.COMMIT_ONE_PHASE, new ClosedException("the log is closed"));

    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(log.visible()).isEmpty();
  }

  @Test
  void aBranchThatItsManagerGivesUpIsRolledBack() throws Exception {
    manager.begin();
    send("a");
    manager
        .getTransaction()
        .registerSynchronization(
            before(() -> log.fail(FakeLog.Call.FIND, new IllegalStateException("simulated"))));

    assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    assertThat(log.calls()).containsExactly("BEGIN", "ROLLBACK");
    assertThat(log.open()).isEmpty();
  }

  private static Synchronization before(Runnable work) {
    return new Synchronization() {
      @Override
      public void beforeCompletion() {
        work.run();
      }

      @Override
      public void afterCompletion(int status) {}
    };
  }
}
