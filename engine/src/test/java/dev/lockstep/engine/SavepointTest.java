package dev.lockstep.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.lockstep.Compression;
import dev.lockstep.DuplicateInFlightException;
import dev.lockstep.Headers;
import dev.lockstep.LockstepConfig;
import dev.lockstep.MessageId;
import dev.lockstep.Ordering;
import dev.lockstep.StartFrom;
import dev.lockstep.TooLargeException;
import dev.lockstep.TopicConfig;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.io.PowerCutStorage.Loss;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Savepoint;
import dev.lockstep.spi.Branch.State;
import dev.lockstep.spi.Branch.Vote;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import dev.lockstep.spi.LogListener;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.SubscriptionConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a branch does behind a savepoint, and takes back. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class SavepointTest {
  private static final byte[] NO_NOTE = {};
  private static final int BIG = 30_000;
  private static final int LIMIT = 2 << 20;

  private PowerCutStorage storage = new PowerCutStorage(31);
  private final AtomicLong forced = new AtomicLong();
  private final LogListener listener =
      new LogListener() {
        @Override
        public void forced(long bytes, Duration took) {
          forced.addAndGet(bytes);
        }
      };
  private final LockstepConfig config =
      TestLogs.config(Path.of("memory")).maxTransactionBytes(LIMIT).listener(listener).build();
  private Engine engine;
  private int names;

  @BeforeEach
  void open() throws IOException {
    engine = TestLogs.openWithoutTick(storage, config, Clock.systemUTC());
    engine.topics().create(TopicConfig.of("plain"));
    engine.topics().create(TopicConfig.of("packed").compression(Compression.LZ4));
  }

  @AfterEach
  void close() {
    TestLogs.closeFailed(engine);
  }

  private Branch begin() {
    return engine.log().begin(BranchId.of(7, new byte[] {(byte) ++names}, new byte[] {1}));
  }

  private static Envelope envelope(String topic, String text, int size) {
    byte[] payload = new byte[Math.max(size, text.length())];
    System.arraycopy(text.getBytes(UTF_8), 0, payload, 0, text.length());
    return new Envelope(topic, Optional.empty(), payload, Headers.empty());
  }

  private static Envelope once(String text, String key) {
    return new Envelope(
        "plain",
        Optional.empty(),
        text.getBytes(UTF_8),
        Headers.empty(),
        Kind.MESSAGE,
        Optional.empty(),
        Optional.of(key));
  }

  private static void send(Branch branch, String topic, String... texts) {
    for (String text : texts) {
      branch.append(envelope(topic, text, 0));
    }
  }

  /** Sends as much as has to be written to the log. */
  private static void sendMuch(Branch branch, String topic, String text) {
    for (int i = 0; i < 2 * TestLogs.SPILL / BIG; i++) {
      branch.append(envelope(topic, text + i, BIG));
    }
  }

  private static void sendMuch(Branch branch, String text) {
    sendMuch(branch, "plain", text);
    sendMuch(branch, "packed", text);
  }

  /** Sends as much as fills more segments than are there otherwise. */
  private static void sendVeryMuch(Branch branch) {
    for (int i = 0; i < 7; i++) {
      sendMuch(branch, "plain", "no");
    }
    sendMuch(branch, "packed", "no");
  }

  private static List<String> much(String text) {
    return IntStream.range(0, 2 * TestLogs.SPILL / BIG).mapToObj(i -> text + i).toList();
  }

  private List<String> texts(String topic) {
    List<String> texts = new ArrayList<>();
    String group = "audit" + ++names;
    try (Subscription member = engine.log().subscribe(group, topic, StartFrom.EARLIEST)) {
      List<Delivery> some = member.fetch(100, Duration.ZERO);
      while (!some.isEmpty()) {
        some.forEach(each -> texts.add(new String(each.envelope().payload(), UTF_8).strip()));
        some = member.fetch(100, Duration.ZERO);
      }
    }
    engine.groups().delete(group);
    return texts.stream().map(text -> text.replace("\0", "")).toList();
  }

  private void crash() throws IOException {
    storage = storage.afterCut(Loss.DROP);
    TestLogs.closeFailed(engine);
    engine = TestLogs.openWithoutTick(storage, config, Clock.systemUTC());
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "packed"})
  void whatWasSentSinceIsNotThere(String topic) throws IOException {
    Branch branch = begin();
    send(branch, topic, "a", "b");
    Savepoint savepoint = branch.savepoint();
    send(branch, topic, "c", "d");
    send(branch, "plain", "other");
    branch.rollbackTo(savepoint);
    send(branch, topic, "e");
    branch.commitOnePhase();
    assertThat(texts(topic)).containsExactly("a", "b", "e");
    crash();
    assertThat(texts(topic)).containsExactly("a", "b", "e");
  }

  @Test
  void identitiesAreNotGivenAgain() {
    Branch branch = begin();
    Savepoint savepoint = branch.savepoint();
    MessageId first = branch.append(envelope("plain", "a", 0));
    branch.rollbackTo(savepoint);
    assertThat(branch.append(envelope("plain", "b", 0))).isNotEqualTo(first);
  }

  @ParameterizedTest
  @EnumSource(names = {"COMMITTED", "READ_ONLY"})
  void aBranchThatHasNothingLeftIsEmpty(End end) throws IOException {
    Branch branch = begin();
    Savepoint savepoint = branch.savepoint();
    sendVeryMuch(branch);
    assertThat(branch.isEmpty()).isFalse();
    branch.rollbackTo(savepoint);
    assertThat(branch.isEmpty()).isTrue();
    if (end == End.COMMITTED) {
      branch.commitOnePhase();
    } else {
      assertThat(branch.prepare(Decider.DATABASE, NO_NOTE)).isEqualTo(Vote.READ_ONLY);
    }
    assertThat(branch.state()).isEqualTo(State.COMMITTED);
    assertThat(texts("plain")).isEmpty();
    awaitFewSegments();
  }

  private enum End {
    COMMITTED,
    READ_ONLY
  }

  /** Nobody holds the room any more of what was spilled. */
  private void awaitFewSegments() throws IOException {
    engine.reclaimNow();
    await()
        .untilAsserted(
            () ->
                assertThat(storage.names().stream().filter(name -> name.endsWith(".segment")))
                    .hasSizeLessThan(8));
  }

  @Test
  void theRoomOfWhatWasSpilledAndTakenBackIsGivenBack() throws IOException {
    Branch branch = begin();
    for (int i = 0; i < 4; i++) {
      Savepoint savepoint = branch.savepoint();
      sendMuch(branch, "no");
      branch.rollbackTo(savepoint);
    }
    send(branch, "plain", "yes");
    branch.commitOnePhase();
    awaitFewSegments();
    assertThat(texts("plain")).containsExactly("yes");
  }

  @Test
  void whatIsTakenBackCountsAgainstNoLimit() {
    Branch branch = begin();
    for (int i = 0; i < 20; i++) {
      Savepoint savepoint = branch.savepoint();
      for (int j = 0; j < 10; j++) {
        branch.append(envelope("plain", "no", BIG));
      }
      branch.rollbackTo(savepoint);
    }
    assertThatThrownBy(
            () -> {
              for (int j = 0; j < 100; j++) {
                branch.append(envelope("plain", "yes", BIG));
              }
            })
        .isInstanceOf(TooLargeException.class);
    branch.commitOnePhase();
    assertThat(texts("plain")).hasSize(LIMIT / (BIG + 200)).containsOnly("yes");
  }

  @Test
  void theIdempotencyKeysSinceAreFree() {
    Branch branch = begin();
    final MessageId before = branch.append(once("before", "k0"));
    Savepoint savepoint = branch.savepoint();
    branch.append(once("a", "k1"));
    branch.append(once("b", "k2"));
    assertThat(branch.append(once("again", "k0"))).isEqualTo(before);
    Branch other = begin();
    assertThatThrownBy(() -> other.append(once("c", "k1")))
        .isInstanceOf(DuplicateInFlightException.class);
    branch.rollbackTo(savepoint);
    other.append(once("c", "k1"));
    assertThatThrownBy(() -> other.append(once("c", "k0")))
        .isInstanceOf(DuplicateInFlightException.class);
    assertThatThrownBy(() -> branch.append(once("d", "k1")))
        .isInstanceOf(DuplicateInFlightException.class);
    branch.append(once("e", "k2"));
    other.commitOnePhase();
    branch.commitOnePhase();
    assertThat(texts("plain")).containsExactly("c", "before", "e");
  }

  @ParameterizedTest
  @EnumSource
  void whatWasAcknowledgedAndParkedSinceComesAgain(Ordering ordering) throws IOException {
    Branch sender = begin();
    send(sender, "plain", "a", "b", "c", "d");
    sender.commitOnePhase();
    SubscriptionConfig billing =
        SubscriptionConfig.of("billing", "plain", StartFrom.EARLIEST).ordering(ordering);
    try (Subscription member = engine.log().subscribe(billing)) {
      assertThat(member.fetch(10, Duration.ZERO)).hasSize(4);
      long epoch = member.memberEpoch();
      Branch branch = begin();
      branch.acknowledge("billing", "plain", 0, 0, 2, epoch);
      Savepoint savepoint = branch.savepoint();
      branch.park("billing", "plain", 0, 1, Instant.EPOCH, 1, epoch);
      branch.acknowledge("billing", "plain", 0, 2, 3, epoch);
      branch.park("billing", "plain", 0, 3, Instant.EPOCH, 1, epoch);
      branch.rollbackTo(savepoint);
      branch.acknowledge("billing", "plain", 0, 2, 3, epoch); // as if it were the first time
      branch.rollbackTo(savepoint);
      branch.prepare(Decider.DATABASE, NO_NOTE);
      crash();
      engine.log().commit(branch.id());
    }
    assertThat(engine.groups().find("billing", "plain").orElseThrow().committed(0)).hasValue(2);
    try (Subscription member = engine.log().subscribe(billing)) {
      assertThat(member.fetch(10, Duration.ZERO))
          .extracting(Delivery::offset, Delivery::attempt)
          .containsExactly(tuple(2L, 1), tuple(3L, 1));
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWasParkedBeforeStaysParked(Ordering ordering) {
    Branch sender = begin();
    send(sender, "plain", "a", "b");
    sender.commitOnePhase();
    SubscriptionConfig billing =
        SubscriptionConfig.of("billing", "plain", StartFrom.EARLIEST).ordering(ordering);
    try (Subscription member = engine.log().subscribe(billing)) {
      member.fetch(10, Duration.ZERO);
      Branch branch = begin();
      branch.park("billing", "plain", 0, 0, Instant.EPOCH, 1, member.memberEpoch());
      Savepoint savepoint = branch.savepoint();
      branch.acknowledge("billing", "plain", 0, 1, 2, member.memberEpoch());
      branch.rollbackTo(savepoint);
      assertThatThrownBy(
              () -> branch.park("billing", "plain", 0, 0, Instant.EPOCH, 1, member.memberEpoch()))
          .isInstanceOf(IllegalStateException.class);
      branch.commitOnePhase();
    }
    try (Subscription member = engine.log().subscribe(billing)) {
      assertThat(member.fetch(1, Duration.ZERO))
          .extracting(Delivery::offset, Delivery::attempt)
          .containsExactly(tuple(0L, 2));
    }
  }

  /** It has not filled the memory, so that nothing has to be written. */
  @Test
  void whatIsTakenBackIsNotHeld() {
    Branch branch = begin();
    send(branch, "plain", "a");
    forced.set(0);
    for (int i = 0; i < 50; i++) {
      Savepoint savepoint = branch.savepoint();
      branch.append(envelope("plain", "no", BIG));
      branch.rollbackTo(savepoint);
    }
    assertThat(forced).hasValue(0);
    branch.commitOnePhase();
    assertThat(texts("plain")).containsExactly("a");
  }

  @Test
  void savepointsNest() {
    Branch branch = begin();
    final Savepoint start = branch.savepoint();
    send(branch, "plain", "a");
    Savepoint outer = branch.savepoint();
    send(branch, "plain", "b");
    Savepoint inner = branch.savepoint();
    send(branch, "plain", "c");
    branch.rollbackTo(inner);
    branch.rollbackTo(inner);
    send(branch, "plain", "d");
    branch.rollbackTo(inner);
    send(branch, "plain", "e");
    branch.rollbackTo(outer);
    assertThatThrownBy(() -> branch.rollbackTo(inner))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("earlier savepoint");
    Savepoint later = branch.savepoint();
    send(branch, "plain", "f");
    branch.rollbackTo(later);
    send(branch, "plain", "g");
    branch.rollbackTo(outer);
    assertThatThrownBy(() -> branch.rollbackTo(later)).isInstanceOf(IllegalStateException.class);
    send(branch, "plain", "h");
    branch.commitOnePhase();
    assertThat(texts("plain")).containsExactly("a", "h");
    assertThatThrownBy(() -> branch.rollbackTo(start)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aSavepointOfAnotherBranchIsRefused() {
    Branch branch = begin();
    Branch other = begin();
    Savepoint savepoint = other.savepoint();
    assertThatThrownBy(() -> branch.rollbackTo(savepoint))
        .isInstanceOf(IllegalArgumentException.class);
    branch.savepoint();
    assertThatThrownBy(() -> branch.rollbackTo(savepoint))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> branch.rollbackTo(new Savepoint() {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(branch.state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void aBranchThatIsNotActiveHasNone() {
    Branch doomed = begin();
    final Savepoint ofDoomed = doomed.savepoint();
    doomed.markRollbackOnly("as planned");
    assertThatThrownBy(doomed::savepoint).isInstanceOf(TransactionRolledBackException.class);
    assertThatThrownBy(() -> doomed.rollbackTo(ofDoomed))
        .isInstanceOf(TransactionRolledBackException.class)
        .hasMessageContaining("as planned");
    Branch prepared = begin();
    send(prepared, "plain", "a");
    Savepoint ofPrepared = prepared.savepoint();
    prepared.prepare(Decider.DATABASE, NO_NOTE);
    assertThatThrownBy(prepared::savepoint).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> prepared.rollbackTo(ofPrepared))
        .isInstanceOf(IllegalStateException.class);
    prepared.rollback();
  }

  @Test
  void callbacksRunForWhatIsTakenBack() {
    List<String> told = new ArrayList<>();
    Branch branch = begin();
    branch.onRollbackTo(() -> told.add("before"));
    Savepoint outer = branch.savepoint();
    branch.onRollbackTo(() -> told.add("a"));
    Savepoint inner = branch.savepoint();
    branch.onRollbackTo(() -> told.add("b"));
    branch.onRollbackTo(
        () -> {
          throw new IllegalStateException("as planned");
        });
    branch.onRollbackTo(() -> told.add("c"));
    assertThatThrownBy(() -> branch.rollbackTo(inner)).hasMessage("as planned");
    assertThat(told).containsExactly("c", "b");
    branch.rollbackTo(inner);
    branch.rollbackTo(outer);
    assertThat(told).containsExactly("c", "b", "a");
    branch.onRollbackTo(() -> told.add("d"));
    branch.rollback();
    assertThat(told).hasSize(3);
  }

  /** Messages that were in memory at the savepoint and are in the log now, and those since. */
  @ParameterizedTest
  @EnumSource
  void ofWhatWasSpilledTheFirstOnesCount(Then then) throws IOException {
    Branch branch = begin();
    sendMuch(branch, "spilled");
    send(branch, "plain", "held");
    send(branch, "packed", "held");
    Savepoint savepoint = branch.savepoint();
    sendMuch(branch, "no");
    then.upkeep(engine);
    branch.rollbackTo(savepoint);
    then.upkeep(engine);
    List<String> expected = new ArrayList<>(much("spilled"));
    expected.add("held");
    if (then.goesOn) {
      sendMuch(branch, "more");
      expected.addAll(much("more"));
      then.upkeep(engine);
      Savepoint late = branch.savepoint();
      sendMuch(branch, "no");
      branch.rollbackTo(late);
      sendMuch(branch, "no");
      branch.rollbackTo(late);
    }
    send(branch, "plain", "last");
    send(branch, "packed", "last");
    expected.add("last");
    branch.prepare(Decider.DATABASE, NO_NOTE);
    then.upkeep(engine);
    crash();
    engine.log().commit(branch.id());
    for (int life = 0; life < 2; life++) {
      assertThat(texts("plain")).isEqualTo(expected);
      assertThat(texts("packed")).isEqualTo(expected);
      crash();
    }
  }

  private enum Then {
    ENDS(false, false),
    ENDS_WITH_CHECKPOINTS(false, true),
    GOES_ON(true, false),
    GOES_ON_WITH_CHECKPOINTS(true, true);

    private final boolean goesOn;
    private final boolean checkpoints;

    Then(boolean goesOn, boolean checkpoints) {
      this.goesOn = goesOn;
      this.checkpoints = checkpoints;
    }

    void upkeep(Engine engine) {
      if (checkpoints) {
        engine.reclaimNow();
      }
    }
  }

  /** Nothing is left of the messages, and something of the branch. */
  @Test
  void aBranchThatOnlyConsumesAfterAllCommits() throws IOException {
    Branch sender = begin();
    send(sender, "plain", "a");
    sender.commitOnePhase();
    try (Subscription member = engine.log().subscribe("billing", "plain", StartFrom.EARLIEST)) {
      member.fetch(10, Duration.ZERO);
      Branch branch = begin();
      branch.acknowledge("billing", "plain", 0, 0, 1, member.memberEpoch());
      Savepoint savepoint = branch.savepoint();
      sendVeryMuch(branch);
      engine.reclaimNow();
      branch.rollbackTo(savepoint);
      branch.commitOnePhase();
    }
    awaitFewSegments();
    crash();
    assertThat(texts("plain")).containsExactly("a");
    assertThat(engine.groups().find("billing", "plain").orElseThrow().lag()).isZero();
  }
}
