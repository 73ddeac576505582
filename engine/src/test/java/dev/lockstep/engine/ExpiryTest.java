package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Headers;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.TransactionTimedOutException;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Outcome;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Active branches are rolled back when their time runs out, prepared ones never. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class ExpiryTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Ticking clock = new Ticking();
  private final PowerCutStorage storage = new PowerCutStorage(1);
  private Engine engine;
  private int names;

  @BeforeEach
  void open() throws IOException {
    engine = open(clock);
    engine.topics().create(TopicConfig.of("orders"));
  }

  private Engine open(Clock by) throws IOException {
    return EngineProvider.open(TestLogs.config(), storage, DeflateCompressor.all(), by);
  }

  @AfterEach
  void close() {
    engine.close();
    assertThat(threads()).isZero();
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("lockstep-expiry"))
        .count();
  }

  private Branch begin() {
    return engine.log().begin(BranchId.of(4, new byte[] {(byte) ++names}, new byte[0]));
  }

  private Branch late() {
    Branch branch = begin();
    branch.append(message());
    branch.expireAt(clock.instant().plus(MINUTE));
    return branch;
  }

  private static Envelope message() {
    return new Envelope("orders", Optional.empty(), new byte[] {1}, Headers.empty());
  }

  private void pass(Duration time) {
    clock.pass(time);
    engine.expireNow();
  }

  @Test
  void isRolledBackAndSaysWhy() {
    Branch branch = late();
    List<Outcome> told = new ArrayList<>();
    branch.onCompletion(told::add);
    pass(MINUTE.minusMillis(1));
    assertThat(branch.state()).isEqualTo(Branch.State.ACTIVE);
    pass(Duration.ofMillis(1));

    assertThat(branch.state()).isEqualTo(Branch.State.ROLLED_BACK);
    assertThat(branch.isEmpty()).isTrue();
    assertThat(told).containsExactly(Outcome.ROLLED_BACK);
    assertThat(engine.log().find(branch.id())).as("it is found until it has been told").isPresent();
    for (Runnable late :
        List.<Runnable>of(
            () -> branch.append(message()),
            () -> branch.acknowledge("billing", "orders", 0, 0, 1, 1))) {
      assertThatThrownBy(late::run)
          .isInstanceOf(TransactionTimedOutException.class)
          .hasMessageContaining("its time ran out at 2001-09-09T01:47:40Z");
    }
    assertThatThrownBy(() -> branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]))
        .isInstanceOf(TransactionTimedOutException.class);
    assertThat(engine.log().find(branch.id())).isEmpty();
    assertThat(told).hasSize(1);
  }

  @Test
  void aRollbackOrAOnePhaseCommitIsToldToo() {
    Branch rolledBack = late();
    Branch committed = late();
    Branch marked = late();
    marked.markRollbackOnly("as planned");
    pass(MINUTE);
    engine.log().rollback(rolledBack.id());
    rolledBack.rollback();
    assertThatThrownBy(committed::commitOnePhase).isInstanceOf(TransactionTimedOutException.class);
    assertThat(marked.state()).isEqualTo(Branch.State.ROLLED_BACK);
    engine.log().rollback(marked.id());
    for (Branch branch : List.of(rolledBack, committed, marked)) {
      assertThat(engine.log().find(branch.id())).isEmpty();
    }
    Branch local = engine.log().begin();
    local.append(message());
    local.expireAt(clock.instant());
    engine.expireNow();
    assertThatThrownBy(local::commitOnePhase).isInstanceOf(TransactionTimedOutException.class);
    assertThat(engine.topics().find("orders").orElseThrow().endOffset(0)).isZero();
  }

  @Test
  void aPreparedBranchStays() throws IOException {
    Branch branch = late();
    branch.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
    branch.expireAt(clock.instant());
    pass(MINUTE.multipliedBy(10));
    assertThat(branch.state()).isEqualTo(Branch.State.PREPARED);
    engine.log().commit(branch.id());
    assertThat(engine.topics().find("orders").orElseThrow().endOffset(0)).isEqualTo(1);
  }

  @Test
  void theLatestDeadlineCounts() {
    Branch later = late();
    later.expireAt(clock.instant().plus(MINUTE.multipliedBy(3)));
    Branch sooner = late();
    sooner.expireAt(clock.instant().plusSeconds(1));
    pass(MINUTE);
    assertThat(sooner.state()).isEqualTo(Branch.State.ROLLED_BACK);
    assertThat(later.state()).isEqualTo(Branch.State.ACTIVE);
    pass(MINUTE.multipliedBy(2));
    assertThat(later.state()).isEqualTo(Branch.State.ROLLED_BACK);
  }

  @Test
  void aClockThatIsSetBackChangesNoDeadline() {
    pass(MINUTE.multipliedBy(10));
    Branch before = late();
    pass(MINUTE.multipliedBy(-9));
    Branch after = late();
    pass(MINUTE.minusMillis(1));
    assertThat(after.state()).isEqualTo(Branch.State.ACTIVE);
    pass(Duration.ofMillis(1));
    assertThat(after.state()).isEqualTo(Branch.State.ROLLED_BACK);
    assertThat(before.state()).isEqualTo(Branch.State.ACTIVE);
    pass(MINUTE.multipliedBy(9));
    assertThat(before.state()).isEqualTo(Branch.State.ROLLED_BACK);
  }

  @Test
  void theThreadStartsWhenItIsNeededAndKeepsTime() {
    assertThat(threads()).isZero();
    begin().rollback();
    assertThat(threads()).isZero();
    List<Branch> branches = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Branch branch = late();
      if (i % 2 == 0) {
        branch.rollback();
      } else {
        branches.add(branch);
      }
    }
    assertThat(threads()).isEqualTo(1);
    clock.pass(MINUTE);
    await().until(() -> branches.stream().allMatch(b -> b.state() == Branch.State.ROLLED_BACK));
  }

  @Test
  void aCallbackThatThrowsKeepsNobodyElseWaiting() {
    Branch broken = late();
    broken.onCompletion(
        outcome -> {
          throw new IllegalStateException("as planned");
        });
    Branch worse = late();
    worse.onCompletion(
        outcome -> {
          throw new NoClassDefFoundError("as planned");
        });
    Branch other = late();
    pass(MINUTE);
    for (Branch branch : List.of(broken, worse, other)) {
      assertThat(branch.state()).isEqualTo(Branch.State.ROLLED_BACK);
    }
  }

  @Test
  void aDeadlineOutOfReachIsRefusedAndTheOldOneStays() {
    Branch branch = late();
    for (Instant never : List.of(Instant.MAX, Instant.MIN)) {
      assertThatThrownBy(() -> branch.expireAt(never))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll(branch.id().toString(), never.toString());
    }
    assertThat(branch.state()).isEqualTo(Branch.State.ACTIVE);
    pass(MINUTE);
    assertThat(branch.state()).isEqualTo(Branch.State.ROLLED_BACK);
  }

  /** What it had spilled and taken is given up. */
  @Test
  void nothingIsHeldAfterwards() {
    Branch first = begin();
    first.append(message());
    first.commitOnePhase();
    Subscription member = engine.log().subscribe("billing", "orders", StartFrom.EARLIEST);
    assertThat(member.fetch(1, Duration.ZERO)).hasSize(1);
    Branch late = late();
    late.acknowledge("billing", "orders", 0, 0, 1, member.memberEpoch());
    pass(MINUTE);
    Branch next = begin();
    next.acknowledge("billing", "orders", 0, 0, 1, member.memberEpoch());
    next.commitOnePhase();
    assertThat(engine.groups().find("billing", "orders").orElseThrow().lag()).isZero();
    member.close();
  }
}
