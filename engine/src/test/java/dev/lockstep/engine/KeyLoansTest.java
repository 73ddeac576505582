package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.ClosedException;
import dev.lockstep.Headers;
import dev.lockstep.Ordering;
import dev.lockstep.StartFrom;
import dev.lockstep.TopicConfig;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.engine.batch.DeflateCompressor;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Envelope.Kind;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import dev.lockstep.spi.SubscriptionConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What members that consume in key order are lent, at moments that are hard to meet. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeyLoansTest {
  private static final Duration NOW = Duration.ZERO;
  private static final Duration DAY = Duration.ofDays(1);
  private static final SubscriptionConfig BILLING =
      SubscriptionConfig.of("billing", "orders", StartFrom.EARLIEST).ordering(Ordering.KEY);

  private final Ticking clock = new Ticking();
  private final GatedStorage gate = new GatedStorage(new PowerCutStorage(13));
  private final Failures failures = new Failures();
  private final Engine engine;

  KeyLoansTest() throws IOException {
    engine = EngineProvider.open(TestLogs.config(), gate, DeflateCompressor.all(), clock);
    engine.topics().create(TopicConfig.of("orders"));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void send(String key, int bytes, Optional<Instant> expiresAt) {
    Branch branch = engine.log().begin();
    branch.append(
        new Envelope(
            "orders",
            Optional.of(key.getBytes(StandardCharsets.UTF_8)),
            new byte[bytes],
            Headers.empty(),
            Kind.MESSAGE,
            expiresAt,
            Optional.empty()));
    branch.commitOnePhase();
  }

  private void send(String key) {
    send(key, 10, Optional.empty());
  }

  /** A busy partition does not keep a member from the others. */
  @Test
  void eachFetchBeginsWithAnotherPartition() throws Exception {
    engine.topics().alter(TopicConfig.of("orders").partitions(2));
    for (int i = 0; i < 4; i++) {
      send(TestLogs.keyOf(i % 2, 2));
    }
    try (Subscription member = engine.log().subscribe(BILLING)) {
      List<Integer> partitions = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        partitions.add(member.fetch(1, NOW).get(0).partition());
      }
      assertThat(partitions).containsExactly(1, 0, 1, 0);
    }
  }

  /** A transaction that only parks passes no fence: it would park what the reset has forgotten. */
  @Test
  void aParkedMessageDoesNotPassAReset() throws Exception {
    send("a");
    send("b");
    try (Subscription member = engine.log().subscribe(BILLING)) {
      Delivery first = member.fetch(1, NOW).get(0);
      Branch branch = engine.log().begin();
      branch.park(
          "billing",
          "orders",
          first.partition(),
          first.offset(),
          clock.instant(),
          first.attempt(),
          member.memberEpoch());
      Thread resetting = failures.thread(() -> engine.groups().reset("billing", "orders", 0, 2));
      engine
          .state()
          .topics()
          .exclusively(
              () -> {
                resetting.start();
                await().until(() -> resetting.getState() == Thread.State.WAITING);
                assertThatThrownBy(branch::commitOnePhase)
                    .isInstanceOf(TransactionRolledBackException.class)
                    .hasMessageContaining("offset 0 is held by a seek or reset under way");
              });
      resetting.join();
      failures.rethrow();
      assertThat(engine.groups().find("billing", "orders").orElseThrow().parked()).isZero();
    }
  }

  /** The other one looks while all is lent, and sleeps when some is given back unread. */
  @Test
  void aLongPollWakesForWhatAnotherMemberLeavesUnread() throws Exception {
    int messages = 150; // more than one read takes
    for (int i = 0; i < messages; i++) {
      send("key" + i, 30_000, Optional.empty());
    }
    try (Subscription one = engine.log().subscribe(BILLING);
        Subscription other = engine.log().subscribe(BILLING)) {
      List<Delivery> found = fetchBesideAnother(one, 1000, other);
      assertThat(found).isNotEmpty();
      assertThat(engine.groups().find("billing", "orders").orElseThrow().lag()).isEqualTo(messages);
    }
  }

  /** The other one looks while a message waits behind one of its key that turns out to be gone. */
  @Test
  void aLongPollWakesForWhatNoLongerWaits() throws Exception {
    send("a");
    send("b", 10, Optional.of(clock.instant().plusMillis(1)));
    send("b");
    clock.pass(Duration.ofMillis(1));
    try (Subscription one = engine.log().subscribe(BILLING);
        Subscription other = engine.log().subscribe(BILLING)) {
      List<Delivery> found = fetchBesideAnother(one, 2, other);
      assertThat(found).extracting(Delivery::offset).containsExactly(2L);
    }
  }

  /** A fetch that the close overtakes says so, and does not pass for one that found little. */
  @ParameterizedTest
  @EnumSource
  void aFetchDuringACloseReturnsNoPart(Ordering ordering) throws Exception {
    engine.topics().alter(TopicConfig.of("orders").partitions(2));
    send(TestLogs.keyOf(0, 2));
    send(TestLogs.keyOf(1, 2));
    Subscription member = engine.log().subscribe(BILLING.ordering(ordering));
    Thread reading =
        failures.thread(
            () ->
                assertThatThrownBy(() -> member.fetch(10, NOW))
                    .isInstanceOf(ClosedException.class));
    reading.setName("reading");
    gate.holdReadsOf("reading");
    reading.start();
    gate.passOne();
    gate.awaitHeld();
    engine.close();
    gate.release();
    reading.join();
    failures.rethrow();
  }

  /** What another member finds that looks while one has been lent messages and reads them. */
  private List<Delivery> fetchBesideAnother(Subscription one, int max, Subscription other)
      throws InterruptedException {
    Thread reading = failures.thread(() -> assertThat(one.fetch(max, NOW)).isNotEmpty());
    reading.setName("reading");
    List<Delivery> found = new ArrayList<>();
    Thread waiting = failures.thread(() -> found.addAll(other.fetch(1000, DAY)));
    gate.holdReadsOf("reading");
    reading.start();
    gate.awaitHeld();
    waiting.start();
    await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
    gate.release();
    reading.join();
    waiting.join();
    failures.rethrow();
    return found;
  }
}
