package dev.lockstep.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.CommitPath;
import dev.lockstep.DuplicateInFlightException;
import dev.lockstep.Groups.GroupInfo;
import dev.lockstep.Headers;
import dev.lockstep.HeuristicOutcomeException;
import dev.lockstep.LockstepConfig;
import dev.lockstep.MessageId;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.LogListener;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.TransactionRecords;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Prepares and commits without a force of their own: what they show, and when. The storage holds
 * forces back, so that a test knows what has to do without.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class DeferredTest {
  private static final byte[] NO_NOTE = {};
  private static final Duration LONG = Duration.ofSeconds(30);

  private final PowerCutStorage storage = new PowerCutStorage(23);
  private final GatedStorage gate = new GatedStorage(storage);
  private final AtomicInteger names = new AtomicInteger();
  private final AtomicInteger forces = new AtomicInteger();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final LogListener listener =
      new LogListener() {
        @Override
        public void forced(long bytes, Duration took) {
          forces.incrementAndGet();
        }

        @Override
        public void committed(CommitPath path, int messages, Duration took) {
          told.add(path + " " + messages);
        }
      };
  private final LockstepConfig config =
      TestLogs.config(Path.of("memory")).listener(listener).build();
  private Engine engine;

  @BeforeEach
  void open() throws IOException {
    engine = TestLogs.open(gate, config);
    engine.topics().create(TopicConfig.of("orders"));
    engine.topics().create(TopicConfig.of("others"));
  }

  @AfterEach
  void close() {
    gate.release();
    TestLogs.closeFailed(engine);
  }

  private BranchId prepared(String text, Forcing forcing) {
    return prepared(envelope(text), forcing);
  }

  private static Envelope envelope(String text) {
    return new Envelope("orders", Optional.empty(), text.getBytes(UTF_8), Headers.empty());
  }

  private BranchId prepared(Envelope message, Forcing forcing) {
    BranchId id = BranchId.of(7, new byte[] {(byte) names.incrementAndGet()}, new byte[] {1});
    Branch branch = engine.log().begin(id);
    branch.append(message);
    assertThat(branch.prepare(Decider.TRANSACTION_MANAGER, NO_NOTE, forcing))
        .isEqualTo(Branch.Vote.PREPARED);
    return id;
  }

  private Subscription join() {
    return engine.log().subscribe("billing", "orders", StartFrom.EARLIEST);
  }

  private static List<String> texts(Subscription member, Duration timeout) {
    return member.fetch(100, timeout).stream()
        .map(delivery -> new String(delivery.envelope().payload(), UTF_8))
        .toList();
  }

  private TransactionRecords records() {
    return engine.log().records().orElseThrow();
  }

  /** Holds forces back and has one wait, so that everything later is in the group behind it. */
  private CompletableFuture<Void> holdForces() throws InterruptedException {
    gate.hold();
    CompletableFuture<Void> sent =
        CompletableFuture.runAsync(
            () -> {
              Branch branch = engine.log().begin();
              branch.append(
                  new Envelope(
                      "others", Optional.empty(), "held".getBytes(UTF_8), Headers.empty()));
              branch.commitOnePhase();
            });
    gate.awaitHeld();
    return sent;
  }

  @Test
  void aPollRightBehindACommitFindsItsMessages() {
    try (Subscription member = join()) {
      for (int i = 0; i < 20; i++) {
        BranchId id = prepared("order" + i, Forcing.DEFERRED);
        records().write("decision", id.globalId(), new byte[] {1});
        engine.log().commit(id, Forcing.DEFERRED);
        assertThat(texts(member, Duration.ZERO)).containsExactly("order" + i);
      }
    }
  }

  @Test
  void aReaderThatWaitsIsServed() throws Exception {
    try (Subscription member = join()) {
      CompletableFuture<List<String>> waiting =
          CompletableFuture.supplyAsync(() -> texts(member, LONG));
      BranchId id = prepared("order", Forcing.FORCED);
      engine.log().commit(id, Forcing.DEFERRED);
      assertThat(waiting.get()).containsExactly("order");
    }
  }

  @Test
  void nobodyNeedsToLook() {
    BranchId id = prepared("order", Forcing.FORCED);
    engine.log().commit(id, Forcing.DEFERRED);
    await().until(() -> told.contains("XA 1"));
  }

  @Test
  void nothingWaitsForAForceButTheRecord() throws Exception {
    BranchId first = prepared("first", Forcing.FORCED);
    records().write("decision", first.globalId(), new byte[] {1});
    told.clear();
    CompletableFuture<Void> held = holdForces();
    prepared("second", Forcing.DEFERRED);
    engine.log().commit(first, Forcing.DEFERRED);
    records().remove("decision", first.globalId());
    assertThat(records().keys("decision")).isEmpty();
    assertThat(told).isEmpty(); // it is not visible
    assertThat(engine.log().find(first)).isEmpty();
    assertThat(engine.log().undecided(Decider.TRANSACTION_MANAGER)).isEmpty();
    assertThatThrownBy(() -> engine.log().commit(first)).isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(() -> engine.log().rollback(first))
        .isInstanceOf(NoSuchElementException.class);
    gate.release();
    held.get();
    try (Subscription member = join()) {
      assertThat(texts(member, Duration.ZERO)).containsExactly("first");
    }
    assertThat(told).containsExactlyInAnyOrder("LOG_ONLY 1", "XA 1");
    assertThat(engine.transactions().inDoubt()).hasSize(1);
  }

  /** As long as the prepare is not durable, neither is a decision that lies elsewhere. */
  @Test
  void aCommitIsForcedWhileItsPrepareIsNot() throws Exception {
    CompletableFuture<Void> held = holdForces();
    BranchId id = prepared("order", Forcing.DEFERRED);
    CompletableFuture<Void> commit =
        CompletableFuture.runAsync(() -> engine.log().commit(id, Forcing.DEFERRED));
    gate.passOne();
    held.get();
    gate.awaitHeld(); // the force of the prepare and the commit
    assertThat(commit).isNotDone();
    gate.release();
    commit.get();
    PowerCutStorage left = storage.afterCut(Loss.DROP);
    try (Engine next = TestLogs.open(left)) {
      assertThat(next.transactions().inDoubt()).isEmpty();
      assertThat(next.topics().find("orders").orElseThrow().endOffset(0)).isEqualTo(1);
    }
  }

  @Test
  void aRollbackIsForcedEvenIfThePrepareWasNot() throws Exception {
    CompletableFuture<Void> held = holdForces();
    BranchId id = prepared("order", Forcing.DEFERRED);
    CompletableFuture<Void> rollback = CompletableFuture.runAsync(() -> engine.log().rollback(id));
    gate.passOne();
    held.get();
    gate.awaitHeld();
    assertThat(rollback).isNotDone();
    gate.release();
    rollback.get();
    try (Subscription member = join()) {
      assertThat(texts(member, Duration.ZERO)).isEmpty();
    }
    PowerCutStorage left = storage.afterCut(Loss.DROP);
    try (Engine next = TestLogs.open(left)) {
      assertThat(next.transactions().inDoubt()).isEmpty();
    }
  }

  /** Between the commit and its force a key is neither free nor that of a message. */
  @Test
  void anIdempotencyKeyIsTakenAllTheTime() throws Exception {
    Envelope message =
        new Envelope(
            "orders",
            Optional.empty(),
            "order".getBytes(UTF_8),
            Headers.empty(),
            Envelope.Kind.MESSAGE,
            Optional.empty(),
            Optional.of("k"));
    BranchId id = prepared(message, Forcing.FORCED);
    CompletableFuture<Void> held = holdForces();
    engine.log().commit(id, Forcing.DEFERRED);
    Branch repeated = engine.log().begin();
    assertThatThrownBy(() -> repeated.append(message))
        .isInstanceOf(DuplicateInFlightException.class);
    gate.release();
    held.get();
    assertThat(engine.transactions().inDoubt()).isEmpty(); // waits for what was deferred
    MessageId again = repeated.append(message);
    assertThat(repeated.isEmpty()).isTrue();
    try (Subscription member = join()) {
      assertThat(member.fetch(10, Duration.ZERO).get(0).id()).isEqualTo(again);
    }
  }

  /** It is in doubt for whoever asks, and made durable for that. */
  @ParameterizedTest
  @EnumSource(Outcome.class)
  void whatIsNotForcedYetCanBeDecidedByHand(Outcome outcome) throws IOException {
    BranchId id = prepared("doubted", Forcing.DEFERRED);
    decideByHand(id, outcome);
    TestLogs.closeFailed(engine);
    engine = TestLogs.open(storage.afterCut(Loss.DROP), config);
    assertThat(engine.log().heuristics())
        .singleElement()
        .satisfies(found -> assertThat(found.id()).isEqualTo(id))
        .satisfies(found -> assertThat(found.outcome()).isEqualTo(outcome));
    assertThatThrownBy(() -> engine.log().commit(id)).isInstanceOf(HeuristicOutcomeException.class);
    engine.log().forget(id);
    assertThat(engine.log().heuristics()).isEmpty();
  }

  private void decideByHand(BranchId id, Outcome outcome) {
    switch (outcome) {
      case COMMITTED -> engine.transactions().commit(id.toString(), "ticket 1", Resolve.FORCED);
      case ROLLED_BACK -> engine.transactions().rollback(id.toString(), "ticket 1", Resolve.FORCED);
    }
  }

  /** Until the commit is durable its partition is held, of which nobody is to notice anything. */
  @Test
  void whatItAcknowledgedIsInNobodysWay() {
    for (int i = 0; i < 4; i++) {
      Branch branch = engine.log().begin();
      branch.append(envelope("order" + i));
      branch.commitOnePhase();
    }
    try (Subscription member = join()) {
      assertThat(texts(member, Duration.ZERO)).hasSize(4);
      for (int i = 0; i < 3; i++) {
        acknowledge(member, i);
      }
      GroupInfo group = engine.groups().find("billing", "orders").orElseThrow();
      assertThat(group.committed(0)).hasValue(3);
      acknowledge(member, 3);
      assertThat(group.lag()).isZero();
      member.seek(Map.of(0, 0L));
      assertThat(texts(member, Duration.ZERO)).hasSize(4);
      acknowledge(member, 0);
      assertThat(member.committed(0)).isEqualTo(1);
      acknowledge(member, 1);
      assertThat(group.blockedBy()).isEmpty();
      acknowledge(member, 2);
      member.seek(Map.of(0, 0L));
    }
    try (Subscription member = join()) {
      assertThat(texts(member, Duration.ZERO)).hasSize(4);
      acknowledge(member, 0);
    }
    assertThat(engine.groups().delete("billing")).isTrue();
  }

  private void acknowledge(Subscription member, int offset) {
    BranchId id = BranchId.of(9, new byte[] {(byte) names.incrementAndGet()}, new byte[] {1});
    Branch branch = engine.log().begin(id);
    branch.acknowledge("billing", "orders", 0, offset, offset + 1, member.memberEpoch());
    branch.prepare(Decider.TRANSACTION_MANAGER, NO_NOTE);
    engine.log().commit(id, Forcing.DEFERRED);
  }

  @Test
  void aCheckpointAndACloseForceIt() throws IOException {
    engine.log().commit(prepared("first", Forcing.FORCED), Forcing.DEFERRED);
    engine.reclaimNow();
    PowerCutStorage checkpointed = storage.afterCut(Loss.KEEP);
    TestLogs.closeFailed(engine);
    engine = TestLogs.open(checkpointed, config);
    engine.log().commit(prepared("second", Forcing.FORCED), Forcing.DEFERRED);
    prepared("third", Forcing.DEFERRED);
    engine.close();
    try (Engine next = TestLogs.open(checkpointed.afterCut(Loss.DROP))) {
      assertThat(next.topics().find("orders").orElseThrow().endOffset(0)).isEqualTo(2);
      assertThat(next.transactions().inDoubt()).hasSize(1);
    }
  }

  @Test
  void viewsShowWhatWasCommittedBefore() {
    for (int i = 1; i <= 5; i++) {
      engine.log().commit(prepared("order", Forcing.FORCED), Forcing.DEFERRED);
      assertThat(engine.topics().find("orders").orElseThrow().endOffset(0)).isEqualTo(i);
      assertThat(engine.transactions().inDoubt()).isEmpty();
    }
    engine.log().commit(prepared("order", Forcing.FORCED), Forcing.DEFERRED);
    try (Subscription late = engine.log().subscribe("late", "orders", StartFrom.LATEST)) {
      assertThat(texts(late, Duration.ZERO)).isEmpty();
    }
  }

  /** Prints; how long the machine lets a thread wait decides about the number. */
  @Test
  void oneForceATransactionAndFewerAtATime() throws Exception {
    System.out.println("forces a transaction, 1 thread: " + forcesEach(1, 200));
    System.out.println("forces a transaction, 16 threads: " + forcesEach(16, 50));
  }

  private double forcesEach(int threads, int transactions) throws Exception {
    int before = forces.get();
    List<CompletableFuture<Void>> all = new CopyOnWriteArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      byte number = (byte) thread;
      new Thread(
              () -> {
                try {
                  for (int i = 0; i < transactions; i++) {
                    work(new byte[] {number, (byte) i, (byte) (i >> 8)});
                  }
                  done.complete(null);
                } catch (RuntimeException e) {
                  done.completeExceptionally(e);
                }
              })
          .start();
      all.add(done);
    }
    for (CompletableFuture<Void> done : all) {
      done.get();
    }
    assertThat(engine.transactions().inDoubt()).isEmpty();
    return (double) (forces.get() - before) / (threads * transactions);
  }

  private void work(byte[] name) {
    BranchId id = BranchId.of(8, name, new byte[] {(byte) names.incrementAndGet()});
    Branch branch = engine.log().begin(id);
    branch.append(envelope("order"));
    branch.prepare(Decider.TRANSACTION_MANAGER, NO_NOTE, Forcing.DEFERRED);
    records().write("decision", name, new byte[300]);
    engine.log().commit(id, Forcing.DEFERRED);
    records().remove("decision", name);
  }
}
