package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.lockstep.DecisionRefusedException;
import dev.lockstep.Durability;
import dev.lockstep.Headers;
import dev.lockstep.HeuristicOutcomeException;
import dev.lockstep.LockstepConfig;
import dev.lockstep.StartFrom;
import dev.lockstep.Transactions;
import dev.lockstep.Transactions.Action;
import dev.lockstep.Transactions.AuditRecord;
import dev.lockstep.Transactions.InDoubt;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.UnknownTransactionException;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.engine.Ledger.State;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.engine.tx.Resolutions;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Deciding by hand: what is refused, what is done, who is told, what is remembered. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class HeuristicTest {
  private static final Membership BILLING = new Membership("billing", "orders");
  private static final String WHY = "asked for by the shop";

  private final Ledger ledger = new Ledger();
  private PowerCutStorage storage = new PowerCutStorage(3);
  private Supplier<Decision> decision = () -> Decision.UNKNOWN;

  private Engine open() throws IOException {
    return open(Durability.FORCED);
  }

  private Engine open(Durability durability) throws IOException {
    TransactionBinding binding =
        new TransactionBinding() {
          @Override
          public Optional<Branch> current(TransactionalLog log) {
            return Optional.empty();
          }

          @Override
          public Decision decision(BranchId branch) {
            return decision.get();
          }
        };
    LockstepConfig config =
        TestLogs.config(Path.of("memory"))
            .transactions(binding)
            .durability(durability)
            .forceInterval(Duration.ofMinutes(1))
            .build();
    return TestLogs.open(storage, config);
  }

  /** A transaction in doubt that has taken a message and sent two. */
  private static Work.Transaction doubt(Work work, Subscription member) {
    work.send("orders", "taken");
    Work.Transaction transaction = work.begin();
    assertThat(transaction.take(member, BILLING, 1)).isEqualTo(1);
    transaction.send("orders", "one", 20);
    transaction.send("orders", "two", 20);
    transaction.prepare();
    return transaction;
  }

  private static Work.Transaction doubt(Work work) {
    Work.Transaction transaction = work.begin();
    transaction.send("orders", "key", 10);
    transaction.prepare();
    return transaction;
  }

  private static String id(Work.Transaction transaction) {
    return transaction.entry().id().toString();
  }

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void aForcedOutcomeIsKnownUntilItIsForgotten(Outcome outcome) throws IOException {
    Work.Transaction doubt;
    try (Engine engine = open()) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      Subscription member = work.join("billing", "orders", StartFrom.EARLIEST);
      doubt = doubt(work, member);
      Branch branch = engine.log().find(doubt.entry().id()).orElseThrow();
      List<Outcome> told = new ArrayList<>();
      branch.onCompletion(told::add);
      doubt.resolve(outcome);

      assertThat(told).containsExactly(outcome);
      assertThat(branch.state())
          .isEqualTo(
              outcome == Outcome.COMMITTED
                  ? Branch.State.HEURISTIC_COMMIT
                  : Branch.State.HEURISTIC_ROLLBACK);
      assertTold(engine, doubt, outcome);
      member.rewind();
      assertThat(member.fetch(10, Duration.ZERO))
          .as("the fence is gone")
          .hasSize(outcome == Outcome.COMMITTED ? 2 : 1);
      member.close();
      Examiner.examine(work);
    }
    for (int life = 0; life < 2; life++) {
      storage = TestLogs.again(storage);
      try (Engine engine = open()) {
        assertTold(engine, doubt, outcome);
        Examiner.examine(new Work(engine, ledger));
      }
    }
    storage = TestLogs.again(storage);
    try (Engine engine = open()) {
      Work work = new Work(engine, ledger);
      work.recovered(doubt.entry()).forget(false);
      assertForgotten(engine, doubt);
      Examiner.examine(work);
      assertThat(engine.transactions().audit()).hasSize(1);
    }
    storage = TestLogs.again(storage);
    try (Engine engine = open()) {
      assertForgotten(engine, doubt);
      Examiner.examine(new Work(engine, ledger));
    }
  }

  private static void assertTold(Engine engine, Work.Transaction doubt, Outcome outcome) {
    BranchId id = doubt.entry().id();
    Branch branch = engine.log().find(id).orElseThrow();
    for (Runnable late :
        List.<Runnable>of(
            () -> engine.log().commit(id),
            () -> engine.log().rollback(id),
            branch::rollback,
            () -> engine.transactions().commit(id.toString(), WHY, Resolve.FORCED),
            () -> engine.transactions().rollback(id.toString(), WHY, Resolve.FORCED))) {
      assertThatThrownBy(late::run)
          .isInstanceOf(HeuristicOutcomeException.class)
          .hasMessageContaining(id.toString())
          .extracting(e -> ((HeuristicOutcomeException) e).outcome())
          .isEqualTo(outcome);
    }
    assertThatThrownBy(() -> engine.log().begin(id)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(branch::commitOnePhase).isInstanceOf(IllegalStateException.class);
    assertThat(engine.log().undecided(Decider.TRANSACTION_MANAGER)).isEmpty();
    assertThat(engine.log().heuristics()).hasSize(1);
    assertThat(engine.log().heuristics().get(0).outcome()).isEqualTo(outcome);
    InDoubt view = engine.transactions().inDoubt().get(0);
    assertThat(view.messagesByTopic()).containsOnlyKeys("orders").containsEntry("orders", 2);
    assertThat(view.heuristic().map(by -> by.reason())).contains(Work.REASON);
    assertThat(view.waitsFor()).contains("has to be told");
  }

  private static void assertForgotten(Engine engine, Work.Transaction doubt) {
    BranchId id = doubt.entry().id();
    assertThat(engine.log().find(id)).isEmpty();
    assertThat(engine.log().heuristics()).isEmpty();
    assertThat(engine.transactions().inDoubt()).isEmpty();
    assertThatThrownBy(() -> engine.log().forget(id))
        .isInstanceOf(UnknownTransactionException.class);
    assertThatThrownBy(() -> engine.transactions().forget(id.toString()))
        .isInstanceOf(UnknownTransactionException.class);
    assertThatThrownBy(() -> engine.log().commit(id)).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void onlyWhatIsProvenIsDoneUnlessItIsForced() throws IOException {
    try (Engine engine = open()) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      Subscription member = work.join("billing", "orders", StartFrom.EARLIEST);
      Work.Transaction doubt = doubt(work, member);
      Transactions transactions = engine.transactions();

      assertThatThrownBy(() -> transactions.commit(id(doubt), WHY))
          .isInstanceOf(DecisionRefusedException.class)
          .hasMessageContainingAll(id(doubt), "nothing proves", "Resolve.FORCED");
      assertThatThrownBy(() -> transactions.rollback(id(doubt), WHY))
          .isInstanceOf(DecisionRefusedException.class);
      IllegalStateException away = new IllegalStateException("the store is away");
      decision =
          () -> {
            throw away;
          };
      assertThatThrownBy(() -> transactions.rollback(id(doubt), WHY))
          .isInstanceOf(DecisionRefusedException.class)
          .hasMessageContaining("the store is away")
          .hasCause(away);
      decision = () -> Decision.COMMIT;
      assertThatThrownBy(() -> transactions.rollback(id(doubt), WHY))
          .isInstanceOf(DecisionRefusedException.class)
          .hasMessageContaining("the other one, COMMIT");
      decision = () -> Decision.ROLLBACK;
      assertThatThrownBy(() -> transactions.commit(id(doubt), WHY))
          .isInstanceOf(DecisionRefusedException.class)
          .hasMessageContaining("the other one, ROLLBACK");
      assertThat(transactions.audit()).as("nothing was done").isEmpty();
      member.close();
      Examiner.examine(work);

      decision = () -> Decision.COMMIT;
      transactions.commit(id(doubt), WHY);
      doubt.entry().may(State.COMMITTED);
      assertThat(engine.log().heuristics()).as("no more than was decided").isEmpty();
      assertThat(engine.log().find(doubt.entry().id())).isEmpty();
      assertThatThrownBy(() -> transactions.commit(id(doubt), WHY))
          .isInstanceOf(UnknownTransactionException.class);
    }
    storage = TestLogs.again(storage);
    try (Engine engine = open()) {
      assertThat(engine.transactions().audit()).hasSize(1);
      AuditRecord record = engine.transactions().audit().get(0);
      assertThat(record.resolve()).isEqualTo(Resolve.PROVEN);
      assertThat(record.decision()).isEqualTo(Decision.COMMIT);
      assertThat(record.action()).isEqualTo(Action.COMMIT);
      assertThat(record.reason()).isEqualTo(WHY);
      assertThat(record.user()).isEqualTo(System.getProperty("user.name"));
      assertThat(record.host()).isNotBlank();
      assertThat(record.pid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(engine.topics().find("orders").orElseThrow().endOffset(0)).isEqualTo(3);
    }
  }

  /** Somebody has decided the other branches alike: no power cut turns this one round again. */
  @ParameterizedTest
  @EnumSource(Durability.class)
  void whatIsDoneByHandIsForcedAtEveryDurability(Durability durability) throws IOException {
    BranchId id;
    Engine first = open(durability);
    Work work = new Work(first, ledger);
    work.createTopic("orders", 1);
    Work.Transaction doubt = doubt(work);
    id = doubt.entry().id();
    first.transactions().commit(id.toString(), WHY, Resolve.FORCED);
    storage = storage.afterCut(Loss.DROP);
    TestLogs.closeFailed(first);
    Engine second = open(durability);
    assertThat(second.log().heuristics())
        .extracting(by -> by.id(), by -> by.outcome())
        .containsExactly(tuple(id, Outcome.COMMITTED));
    assertThat(second.transactions().audit()).hasSize(1);
    assertThat(second.topics().find("orders").orElseThrow().endOffset(0)).isEqualTo(1);
    second.log().forget(id);
    storage = storage.afterCut(Loss.DROP);
    TestLogs.closeFailed(second);
    try (Engine third = open(durability)) {
      assertThat(third.log().heuristics()).isEmpty();
      assertThat(third.transactions().audit()).hasSize(1);
    }
  }

  @Test
  void aProvenRollbackIsAnOrdinaryOne() throws IOException {
    decision = () -> Decision.ROLLBACK;
    try (Engine engine = open()) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      Subscription member = work.join("billing", "orders", StartFrom.EARLIEST);
      Work.Transaction doubt = doubt(work, member);
      engine.transactions().rollback(id(doubt), WHY);
      doubt.entry().may(State.NOTHING);
      member.close();
      Examiner.examine(work);
    }
    storage = TestLogs.again(storage);
    try (Engine engine = open()) {
      assertThat(engine.transactions().inDoubt()).isEmpty();
      Examiner.examine(new Work(engine, ledger));
    }
  }

  @Test
  void aReasonIsAskedForAndFits() throws IOException {
    try (Engine engine = open()) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      Work.Transaction doubt = doubt(work);
      Transactions transactions = engine.transactions();
      String tooLong = "ü".repeat(Transactions.MAX_REASON_BYTES / 2) + "x";
      for (String bad : new String[] {"", "  ", tooLong}) {
        assertThatThrownBy(() -> transactions.commit(id(doubt), bad, Resolve.FORCED))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(() -> transactions.forget(id(doubt), tooLong))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> transactions.forget(id(doubt)))
          .isInstanceOf(UnknownTransactionException.class);
      assertThatThrownBy(() -> engine.log().forget(doubt.entry().id()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("PREPARED");
      String longest = "ü".repeat(Transactions.MAX_REASON_BYTES / 2);
      transactions.commit(id(doubt), longest, Resolve.FORCED);
      transactions.forget(id(doubt), longest);
      assertThat(transactions.audit())
          .extracting(AuditRecord::action, AuditRecord::reason)
          .containsExactly(tuple(Action.COMMIT, longest), tuple(Action.FORGET, longest));
    }
  }

  /** One of them decides, and the other one is told. */
  @Test
  void theManagerAndSomebodyByHandAtOnce() throws Exception {
    try (Engine engine = open()) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      for (int i = 0; i < 50; i++) {
        Work.Transaction doubt = doubt(work);
        BranchId id = doubt.entry().id();
        CompletableFuture<Throwable> manager = outcomeOf(() -> engine.log().commit(id));
        CompletableFuture<Throwable> hand =
            outcomeOf(() -> engine.transactions().rollback(id.toString(), WHY, Resolve.FORCED));
        if (manager.join() instanceof HeuristicOutcomeException told) {
          assertThat(told.outcome()).isEqualTo(Outcome.ROLLED_BACK);
          assertThat(hand.join()).isInstanceOf(Done.class);
          engine.log().forget(id);
          doubt.entry().may(State.NOTHING);
        } else {
          assertThat(manager.join()).isInstanceOf(Done.class);
          assertThat(hand.join()).isInstanceOf(UnknownTransactionException.class);
          doubt.entry().may(State.COMMITTED);
        }
      }
      Examiner.examine(work);
    }
  }

  /** That a call has returned. */
  private static final class Done extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private static CompletableFuture<Throwable> outcomeOf(Runnable call) {
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              call.run();
              outcome.complete(new Done());
            });
    thread.setUncaughtExceptionHandler((t, failure) -> outcome.complete(failure));
    thread.start();
    return outcome;
  }

  @Test
  void anActiveBranchIsNotDecidedByHand() throws IOException {
    try (Engine engine = open()) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      Work.Transaction active = work.begin();
      active.send("orders", "key", 10);
      assertThatThrownBy(() -> active.resolve(Outcome.COMMITTED))
          .isInstanceOf(UnknownTransactionException.class);
      active.rollback();
      active.entry().may(State.NOTHING);
      Examiner.examine(work);
    }
  }

  @Test
  void oneThatWasPreparedForADatabaseKeepsItsDecider() throws IOException {
    BranchId id = BranchId.of(9, new byte[] {1}, new byte[] {2});
    try (Engine engine = open()) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      Branch branch = engine.log().begin(id);
      branch.append(new Envelope("orders", Optional.empty(), new byte[1], Headers.empty()));
      branch.prepare(Decider.DATABASE, new byte[] {5});
      engine.transactions().rollback(id.toString(), WHY, Resolve.FORCED);
      engine.reclaimNow();
    }
    storage = TestLogs.again(storage);
    try (Engine engine = open()) {
      assertThat(engine.log().heuristics().get(0).decider()).isEqualTo(Decider.DATABASE);
    }
  }

  @Test
  void theNewestAuditRecordsAreKept() throws IOException {
    int more = Resolutions.AUDIT_RECORDS + 10;
    Engine first = open();
    Work work = new Work(first, ledger);
    work.createTopic("orders", 1);
    for (int i = 0; i < more; i++) {
      Work.Transaction doubt = doubt(work);
      first.transactions().rollback(id(doubt), "number " + i, Resolve.FORCED);
      first.log().forget(doubt.entry().id());
      doubt.entry().may(State.NOTHING);
    }
    assertNewest(first, more);
    storage = TestLogs.again(storage);
    TestLogs.closeFailed(first);
    for (int life = 0; life < 2; life++) { // from frames behind a checkpoint, and from one alone
      try (Engine engine = open()) {
        assertNewest(engine, more);
      }
      storage = TestLogs.again(storage);
    }
  }

  private static void assertNewest(Engine engine, int done) {
    List<AuditRecord> audit = engine.transactions().audit();
    assertThat(audit).hasSize(Resolutions.AUDIT_RECORDS);
    assertThat(audit.get(0).reason()).isEqualTo("number " + (done - Resolutions.AUDIT_RECORDS));
    assertThat(audit.get(audit.size() - 1).reason()).isEqualTo("number " + (done - 1));
  }

  /** The topic that a heuristic outcome was about may go. */
  @Test
  void aTopicMayBeDeletedAfterwards() throws IOException {
    try (Engine engine = open()) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      Work.Transaction doubt = doubt(work);
      doubt.resolve(Outcome.COMMITTED);
      assertThat(engine.topics().delete("orders")).isTrue();
      assertThat(engine.transactions().inDoubt().get(0).messagesByTopic()).isEmpty();
    }
    storage = TestLogs.again(storage);
    try (Engine engine = open()) {
      assertThat(engine.transactions().inDoubt().get(0).messagesByTopic()).isEmpty();
      engine.transactions().forget(engine.transactions().inDoubt().get(0).transactionId());
    }
  }
}
