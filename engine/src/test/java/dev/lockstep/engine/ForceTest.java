package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.ClosedException;
import dev.lockstep.Durability;
import dev.lockstep.Headers;
import dev.lockstep.LockstepConfig;
import dev.lockstep.LogFailedException;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Forcing;
import dev.lockstep.spi.TransactionalLog.Undecided;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is durable at each durability: because somebody forces, or has to. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class ForceTest {
  private static final byte[] NOTE = {4, 2};

  private final PowerCutStorage storage = new PowerCutStorage(47);
  private final GatedStorage gate = new GatedStorage(storage);
  private Engine engine;
  private int names;

  /** An interval that does not pass before a test's time is over: nothing is forced by chance. */
  private static LockstepConfig config(Durability durability) {
    return TestLogs.config(Path.of("memory"))
        .durability(durability)
        .forceInterval(Duration.ofMinutes(1))
        .maxTransactionBytes(1 << 20)
        .build();
  }

  private void open(Durability durability) throws IOException {
    engine = TestLogs.openWithoutTick(gate, config(durability), Clock.systemUTC());
    engine.topics().create(TopicConfig.of("orders"));
  }

  @AfterEach
  void close() {
    gate.release();
    TestLogs.closeFailed(engine);
  }

  private Branch prepared(Decider decider, int messages, int size) {
    Branch branch = engine.log().begin(BranchId.of(7, new byte[] {(byte) ++names}, new byte[] {1}));
    for (int i = 0; i < messages; i++) {
      byte[] payload = new byte[size];
      branch.append(new Envelope("orders", Optional.empty(), payload, Headers.empty()));
    }
    branch.prepare(decider, NOTE);
    return branch;
  }

  /** What a power cut now would leave: how many messages, and what is in doubt. */
  private record Left(long messages, List<BranchId> inDoubt) {}

  private Left left(Decider decider) throws IOException {
    PowerCutStorage after = storage.ifCutNow(Loss.DROP);
    try (Engine next = TestLogs.open(after, config(Durability.FORCED))) {
      return new Left(
          next.topics().find("orders").map(topic -> topic.endOffset(0)).orElse(-1L),
          next.log().undecided(decider).stream().map(Undecided::id).toList());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDeferredDecisionIsDurableBehindAForce(Durability durability) throws Exception {
    open(durability);
    Branch branch = prepared(Decider.DATABASE, 2, 10);
    gate.hold();
    engine.log().commit(branch.id(), Forcing.DEFERRED);
    assertThat(left(Decider.DATABASE)).isEqualTo(new Left(0, List.of(branch.id())));
    CompletableFuture<Void> forced = CompletableFuture.runAsync(engine.log()::force);
    gate.awaitHeld();
    assertThat(forced).isNotDone();
    gate.release();
    forced.get();
    assertThat(left(Decider.DATABASE)).isEqualTo(new Left(2, List.of()));
    engine.log().force(); // nothing is left to do
    prepared(Decider.DATABASE, 1, 10).rollback();
    assertThat(left(Decider.DATABASE).messages()).isEqualTo(2);
  }

  /** Also what a commit has not waited for since the log is configured so. */
  @ParameterizedTest
  @EnumSource(names = {"INTERVAL", "OS"})
  void aForceIsForEverything(Durability durability) throws Exception {
    open(durability);
    for (int i = 0; i < 2; i++) { // too little for a checkpoint
      Branch branch = engine.log().begin();
      branch.append(new Envelope("orders", Optional.empty(), new byte[20_000], Headers.empty()));
      branch.commitOnePhase();
    }
    assertThat(left(Decider.DATABASE).messages()).isEqualTo(-1);
    engine.log().force();
    assertThat(left(Decider.DATABASE).messages()).isEqualTo(2);
  }

  /** The database commits next, and that lasts. */
  @ParameterizedTest
  @EnumSource
  void whatADatabaseDecidesIsDurableWhenItIsPrepared(Durability durability) throws Exception {
    open(durability);
    Branch small = prepared(Decider.DATABASE, 1, 10);
    assertThat(left(Decider.DATABASE)).isEqualTo(new Left(0, List.of(small.id())));
    Branch spilled = prepared(Decider.DATABASE, 10, 30_000);
    assertThat(left(Decider.DATABASE)).isEqualTo(new Left(0, List.of(small.id(), spilled.id())));
    PowerCutStorage after = storage.ifCutNow(Loss.DROP);
    try (Engine next = TestLogs.open(after, config(durability))) {
      assertThat(next.log().undecided(Decider.DATABASE))
          .allMatch(each -> each.note()[1] == NOTE[1]);
      next.log().commit(small.id());
      next.log().commit(spilled.id());
      assertThat(next.topics().find("orders").orElseThrow().endOffset(0)).isEqualTo(11);
    }
  }

  /** A transaction manager has been told what is lost: that is how the log is configured. */
  @Test
  void whatAManagerDecidesIsAsDurableAsConfigured() throws Exception {
    open(Durability.OS);
    prepared(Decider.TRANSACTION_MANAGER, 1, 10);
    assertThat(left(Decider.TRANSACTION_MANAGER).inDoubt()).isEmpty();
    engine.log().force();
    assertThat(left(Decider.TRANSACTION_MANAGER).inDoubt()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void aForceThatFailsSaysSo(Durability durability) throws Exception {
    open(durability);
    Branch branch = prepared(Decider.DATABASE, 1, 10);
    storage.failForce(1);
    engine.log().commit(branch.id(), Forcing.DEFERRED);
    assertThatThrownBy(engine.log()::force).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(engine.log()::force).isInstanceOf(LogFailedException.class);
  }

  @Test
  void aClosedLogIsNotForced() throws Exception {
    open(Durability.OS);
    engine.close();
    assertThatThrownBy(engine.log()::force).isInstanceOf(ClosedException.class);
  }
}
