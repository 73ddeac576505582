package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.GroupInUseException;
import dev.lockstep.LockstepException;
import dev.lockstep.LogFailedException;
import dev.lockstep.OutcomeUnknownException;
import dev.lockstep.StartFrom;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.engine.Ledger.Entry;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.engine.Ledger.State;
import dev.lockstep.engine.io.PowerCut;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.LogListener;
import dev.lockstep.spi.Subscription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What has broken logs before, each by its name. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class NamedTrapsTest {
  private static final long SEED = 4711;
  private static final String FIRST_SEGMENT = "0000000000000000.segment";
  private static final Membership BILLING = new Membership("billing", "orders");

  /** What a watermark and a rollback need, and a second watermark. */
  private static final int ROLLBACK_GROUPS = 32 + 40 + 32;

  private final PowerCutStorage storage = new PowerCutStorage(SEED);
  private final GatedStorage gate = new GatedStorage(storage);
  private final Ledger ledger = new Ledger();

  /** Appends in the background; returns when what it appends waits for its force. */
  private static CompletableFuture<Throwable> appended(Runnable commit)
      throws InterruptedException {
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              commit.run();
              outcome.complete(new IllegalStateException("it was committed"));
            });
    thread.setUncaughtExceptionHandler((t, failure) -> outcome.complete(failure));
    thread.start();
    await().until(() -> isWaiting(thread) || outcome.isDone());
    return outcome;
  }

  private static boolean isWaiting(Thread thread) {
    return thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TIMED_WAITING;
  }

  /** Two appends in one group, which is written, and the power is cut before it is forced. */
  private PowerCutStorage cutBeforeForceOf(Work work, Runnable first, Runnable second)
      throws InterruptedException {
    gate.hold();
    CompletableFuture<Throwable> earlier = appended(() -> work.send("orders", "earlier"));
    gate.awaitHeld();
    CompletableFuture<Throwable> one = appended(first);
    CompletableFuture<Throwable> two = appended(second);
    gate.passOne();
    assertThat(earlier.join()).hasMessage("it was committed");
    gate.awaitHeld();
    PowerCutStorage left = storage.afterCut(Loss.KEEP);
    gate.release();
    assertThat(one.join()).isInstanceOf(OutcomeUnknownException.class);
    assertThat(two.join()).isInstanceOf(OutcomeUnknownException.class);
    return left;
  }

  /** Loses the sector with the beginning of a message's payload. */
  private static void lose(PowerCutStorage storage, Entry entry) {
    byte[] contents = storage.contents(FIRST_SEGMENT);
    byte[] payload = entry.sent().get(0).payload();
    int at = new String(contents, StandardCharsets.ISO_8859_1).indexOf(text(payload));
    assertThat(at).isPositive();
    storage.damage(FIRST_SEGMENT, at, new byte[20]);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Two lives of the log after the cut must find the same, whatever is lost between them. */
  private void examineTwice(PowerCutStorage left) throws IOException {
    Engine engine = TestLogs.open(left);
    PowerCutStorage next;
    try {
      Examiner.examine(new Work(engine, ledger));
      new Work(engine, ledger).send("orders", "later");
      next = left.afterCut(Loss.DROP);
    } finally {
      TestLogs.closeFailed(engine);
    }
    try (Engine again = TestLogs.open(next)) {
      Examiner.examine(new Work(again, ledger));
    }
  }

  @Test
  void resurrection() throws Exception {
    Engine engine = TestLogs.open(gate);
    Work work = new Work(engine, ledger);
    work.createTopic("orders", 1);
    Work.Transaction prepared = work.begin();
    prepared.send("orders", "prepared", 100);
    prepared.prepare();
    Work.Transaction torn = work.begin();
    torn.send("orders", "same key", 200 + ROLLBACK_GROUPS);
    PowerCutStorage left = cutBeforeForceOf(work, torn::commitOnePhase, prepared::commit);
    TestLogs.closeFailed(engine);
    lose(left, torn.entry());

    Engine second = TestLogs.open(left);
    Work rest = new Work(second, ledger);
    Examiner.examine(rest);
    assertThat(prepared.entry().is(State.UNDECIDED)).isTrue();
    rest.recovered(prepared.entry()).rollback();
    Work.Transaction refill = rest.begin(); // ends where the old decision frame begins
    refill.send("orders", "same key", 200);
    refill.commitOnePhase();
    PowerCutStorage again = left.afterCut(Loss.DROP);
    TestLogs.closeFailed(second);

    examineTwice(again);
    assertThat(prepared.entry().is(State.NOTHING)).isTrue();
    assertThat(torn.entry().is(State.NOTHING)).isTrue();
  }

  @Test
  void reorderedGroup() throws Exception {
    Engine engine = TestLogs.open(gate);
    Work work = new Work(engine, ledger);
    work.createTopic("orders", 1);
    Work.Transaction lost = work.begin();
    lost.send("orders", "key", 600);
    Work.Transaction whole = work.begin();
    whole.send("orders", "key", 600);
    PowerCutStorage left = cutBeforeForceOf(work, lost::commitOnePhase, whole::commitOnePhase);
    TestLogs.closeFailed(engine);

    lose(left, lost.entry());
    examineTwice(left);
    assertThat(lost.entry().is(State.NOTHING)).isTrue();
    assertThat(whole.entry().is(State.NOTHING)).isTrue();
  }

  @Test
  void wholeGroupThatWasNotForcedIsKeptForGood() throws Exception {
    Engine engine = TestLogs.open(gate);
    Work work = new Work(engine, ledger);
    work.createTopic("orders", 1);
    Work.Transaction one = work.begin();
    one.send("orders", "key", 600);
    Work.Transaction two = work.begin();
    two.send("orders", "key", 600);
    PowerCutStorage left = cutBeforeForceOf(work, one::commitOnePhase, two::commitOnePhase);
    TestLogs.closeFailed(engine);

    examineTwice(left);
    assertThat(one.entry().is(State.COMMITTED)).isTrue();
    assertThat(two.entry().is(State.COMMITTED)).isTrue();
  }

  /** Segments that were made ahead of need are used again; that must not look like damage. */
  @Test
  void falseRefusal() throws Exception {
    try (Engine engine = TestLogs.open(storage)) {
      new Work(engine, ledger).createTopic("orders", 1);
    }
    boolean cut = true;
    for (int n = 1; cut; n++) {
      PowerCutStorage next = TestLogs.again(storage);
      next.cutAfter(n);
      try (Engine engine = TestLogs.open(next)) {
        engine.topics();
      } catch (PowerCut | LogFailedException e) {
        assertThat(next.operations()).isGreaterThanOrEqualTo(n);
      }
      cut = next.operations() >= n;
      for (Loss loss : Loss.values()) {
        try (Engine engine = TestLogs.open(next.afterCut(loss))) {
          Examiner.examine(new Work(engine, ledger.copy()));
        }
      }
    }
  }

  @Test
  void failedForceIsFinal() throws Exception {
    List<LockstepException> told = new CopyOnWriteArrayList<>();
    LogListener listener =
        new LogListener() {
          @Override
          public void failed(LockstepException cause) {
            told.add(cause);
          }
        };
    Engine engine =
        TestLogs.open(gate, TestLogs.config(Path.of("memory")).listener(listener).build());
    Work work = new Work(engine, ledger);
    work.createTopic("orders", 1);
    work.send("orders", "forced");
    Subscription member = work.join("billing", "orders", StartFrom.LATEST);
    CompletableFuture<Throwable> poll = appended(() -> member.fetch(1, Duration.ofDays(1)));
    Work.Transaction unknown = work.begin();
    unknown.send("orders", "unknown", 10);
    Work.Transaction later = work.begin();
    later.send("orders", "later", 10);
    gate.hold();
    CompletableFuture<Throwable> waiter = appended(unknown::commitOnePhase);
    gate.awaitHeld();
    storage.failForce(1);
    gate.release();

    assertThat(waiter.join()).isInstanceOf(OutcomeUnknownException.class);
    assertThat(poll.join()).isInstanceOf(LogFailedException.class);
    int operations = storage.operations();
    assertThatThrownBy(later::commitOnePhase).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> engine.log().begin()).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> engine.topics().names()).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> work.join("new", "orders", StartFrom.EARLIEST))
        .isInstanceOf(LogFailedException.class);
    TestLogs.closeFailed(engine);
    assertThat(storage.operations()).as("operations after the failure").isEqualTo(operations);
    assertThat(told).hasSize(1);
    assertThat(told.get(0)).isInstanceOf(LogFailedException.class);

    for (Loss loss : Loss.values()) {
      try (Engine again = TestLogs.open(storage.afterCut(loss))) {
        Examiner.examine(new Work(again, ledger.copy()));
      }
    }
  }

  /** The wait goes on to its end, and the thread learns of the interrupt afterwards. */
  @Test
  void interruptDuringAForce() throws Exception {
    try (Engine engine = TestLogs.open(gate)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
      Thread thread =
          new Thread(
              () -> {
                work.send("orders", "key");
                interrupted.complete(Thread.currentThread().isInterrupted());
              });
      gate.hold();
      thread.start();
      gate.awaitHeld();
      await().until(() -> isWaiting(thread));
      thread.interrupt();
      gate.release();
      assertThat(interrupted.join()).isTrue();
      Examiner.examine(work);
    }
  }

  private static Subscription joinTwoOrders(Work work) {
    work.createTopic("orders", 1);
    work.send("orders", "one");
    work.send("orders", "two");
    return work.join("billing", "orders", StartFrom.EARLIEST);
  }

  private static Work.Transaction takeOne(Work work, Subscription member) {
    Work.Transaction transaction = work.begin();
    assertThat(transaction.take(member, BILLING, 1)).isEqualTo(1);
    transaction.prepare();
    return transaction;
  }

  /** Neither a seek nor an acknowledgement moves a group that a transaction in doubt holds. */
  @Test
  void seekOnAFence() throws Exception {
    Work.Transaction prepared;
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, ledger);
      Subscription member = joinTwoOrders(work);
      prepared = takeOne(work, member);
      assertRefused(engine, member, 0, prepared.entry());
      assertRefused(engine, member, 1, prepared.entry());
      assertThat(member.fetch(10, Duration.ZERO)).isEmpty();
    }
    try (Engine engine = TestLogs.open(TestLogs.again(storage))) {
      Work work = new Work(engine, ledger);
      Subscription member = work.join("billing", "orders", StartFrom.EARLIEST);
      assertRefused(engine, member, 0, prepared.entry());
      assertThat(member.fetch(10, Duration.ZERO)).isEmpty();
      Work.Transaction recovered = work.recovered(prepared.entry());
      CompletableFuture<Throwable> poll =
          appended(() -> assertThat(member.fetch(10, Duration.ofDays(1))).hasSize(1));
      recovered.commit();
      assertThat(poll.join()).hasMessage("it was committed");
      Examiner.examine(work);
    }
  }

  /** What is decided by hand holds nothing any more; what was asked of it comes too late. */
  @Test
  void seekOnAFenceThatIsDecidedByHand() throws Exception {
    for (Branch.Outcome outcome : Branch.Outcome.values()) {
      PowerCutStorage own = new PowerCutStorage(SEED);
      Ledger of = new Ledger();
      Work.Transaction prepared;
      try (Engine engine = TestLogs.open(own)) {
        Work work = new Work(engine, of);
        Subscription member = joinTwoOrders(work);
        prepared = takeOne(work, member);
        assertRefused(engine, member, 0, prepared.entry());
        prepared.resolve(outcome);
        long consumed = outcome == Branch.Outcome.COMMITTED ? 1 : 0;
        assertThat(engine.groups().find("billing", "orders").orElseThrow().committed(0))
            .hasValue(consumed);
        assertThat(engine.groups().find("billing", "orders").orElseThrow().blockedBy()).isEmpty();
        Examiner.examine(work);
        member.seek(Map.of(0, 1L));
      }
      try (Engine engine = TestLogs.open(TestLogs.again(own))) {
        Work work = new Work(engine, of);
        Subscription member = work.join("billing", "orders", StartFrom.EARLIEST);
        assertThat(member.fetch(10, Duration.ZERO)).hasSize(1);
        work.recovered(prepared.entry()).forget(false);
        engine.groups().reset("billing", "orders", 0, 0);
      }
    }
  }

  private static void assertRefused(Engine engine, Subscription member, long from, Entry holder) {
    Branch other = engine.log().begin();
    other.acknowledge("billing", "orders", 0, from, from + 1, member.memberEpoch());
    assertThatThrownBy(other::commitOnePhase)
        .isInstanceOf(TransactionRolledBackException.class)
        .hasMessageContaining(
            "in partition 0 of 'orders', for group 'billing', everything is held by transaction")
        .hasMessageContaining(holder.id().toString());
    assertThatThrownBy(() -> member.seek(Map.of(0, from)))
        .isInstanceOf(GroupInUseException.class)
        .hasMessageContaining(holder.id().toString());
    assertThatThrownBy(() -> engine.groups().reset("billing", "orders", 0, from))
        .isInstanceOf(GroupInUseException.class)
        .hasMessageContaining(holder.id().toString());
  }

  /** A branch whose second acknowledgement is refused must let the first partition go. */
  @Test
  void fencesOfARefusedBranchAreLetGo() throws Exception {
    try (Engine engine = TestLogs.open(storage)) {
      Work work = new Work(engine, ledger);
      work.createTopic("orders", 1);
      work.createTopic("invoices", 1);
      work.send("orders", "one");
      work.send("invoices", "one");
      try (Subscription member = work.join("billing", "orders", StartFrom.EARLIEST)) {
        for (String group : new String[] {"never-joined", "billing"}) {
          Branch refused = engine.log().begin();
          refused.acknowledge("billing", "orders", 0, 0, 1, member.memberEpoch());
          refused.acknowledge(group, "invoices", 0, 0, 1, member.memberEpoch());
          assertThatThrownBy(refused::commitOnePhase)
              .isInstanceOf(TransactionRolledBackException.class);
          assertThat(member.fetch(1, Duration.ZERO)).hasSize(1);
          member.rewind();
        }
        Work.Transaction good = work.begin();
        assertThat(good.take(member, BILLING, 1)).isEqualTo(1);
        good.commitOnePhase();
        Examiner.examine(work);
      }
    }
  }
}
