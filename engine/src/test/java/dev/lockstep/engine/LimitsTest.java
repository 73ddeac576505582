package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Headers;
import dev.lockstep.StartFrom;
import dev.lockstep.TooLargeException;
import dev.lockstep.TopicConfig;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.engine.frame.MessageBody;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription;
import dev.lockstep.spi.Subscription.Delivery;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is too large or too far is refused as a whole, and what is just within goes through. */
@Timeout(30)
class LimitsTest {
  private static final byte[] NO_NOTE = {};

  private final PowerCutStorage storage = new PowerCutStorage(1);
  private Engine engine;

  @BeforeEach
  void open() throws IOException {
    engine = TestLogs.open(storage);
    engine.topics().create(TopicConfig.of("orders"));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private static Envelope message(String topic, int bytes) {
    return new Envelope(topic, Optional.empty(), new byte[bytes], Headers.empty());
  }

  private static Envelope message(Headers headers) {
    return new Envelope("orders", Optional.empty(), new byte[] {42}, headers);
  }

  private List<Delivery> all(String topic) {
    try (Subscription member = engine.log().subscribe("audit", topic, StartFrom.EARLIEST)) {
      return member.fetch(1000, Duration.ZERO);
    }
  }

  @Test
  void aMessageCountsWithKeyAndHeaders() {
    Branch branch = engine.log().begin();
    int header = Short.BYTES + "name".length() + Integer.BYTES + 10;
    Headers headers = Headers.empty().with("name", new byte[10]);
    byte[] key = "key".getBytes(StandardCharsets.UTF_8);
    int payload = TestLogs.MAX_MESSAGE - header - key.length;
    assertThatThrownBy(
            () ->
                branch.append(
                    new Envelope("orders", Optional.of(key), new byte[payload + 1], headers)))
        .isInstanceOf(TooLargeException.class)
        .hasMessageContaining("'orders' has 32769 bytes; lockstep.max-message-size is 32768");
    branch.append(new Envelope("orders", Optional.of(key), new byte[payload], headers));
    branch.commitOnePhase();
    assertThat(all("orders"))
        .singleElement()
        .satisfies(
            delivery -> {
              assertThat(delivery.envelope().payload()).hasSize(payload);
              assertThat(delivery.envelope().headers()).isEqualTo(headers);
            });
  }

  @Test
  void aTransactionIsTheSumOfItsMessagesAndGoesOnAfterARefusal() {
    int besides = MessageBody.frameLength(0) + 128;
    Branch branch = engine.log().begin();
    for (int i = 0; i < 7; i++) {
      branch.append(message("orders", TestLogs.MAX_MESSAGE));
    }
    int left = TestLogs.MAX_TRANSACTION - 7 * (TestLogs.MAX_MESSAGE + besides) - besides;
    assertThatThrownBy(() -> branch.append(message("orders", left + 1)))
        .isInstanceOf(TooLargeException.class)
        .hasMessageContainingAll(
            "262152 bytes, some 216 of them for each message", // frames are multiples of 8
            "lockstep.max-transaction-size is 262144");
    branch.append(message("orders", left));
    assertThatThrownBy(() -> branch.append(message("orders", 0)))
        .isInstanceOf(TooLargeException.class);
    branch.commitOnePhase();
    assertThat(all("orders")).hasSize(8);
  }

  /** What leads to an empty message takes room, too: they may not fill the heap. */
  @Test
  void emptyMessagesCountAsWell() {
    Branch branch = engine.log().begin();
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 10_000; i++) {
                branch.append(message("orders", 0));
              }
            })
        .isInstanceOf(TooLargeException.class);
    branch.commitOnePhase();
    assertThat(engine.topics().find("orders").orElseThrow().endOffset(0)).isBetween(1000L, 2000L);
  }

  @Test
  void aMessageThatIsLargeEnoughForItselfIsATransaction() throws IOException {
    engine.close();
    engine =
        TestLogs.open(
            TestLogs.again(storage),
            TestLogs.config(Path.of("memory")).maxTransactionBytes(TestLogs.MAX_MESSAGE).build());
    Branch branch = engine.log().begin();
    branch.append(message("orders", TestLogs.MAX_MESSAGE));
    assertThatThrownBy(() -> branch.append(message("orders", 0)))
        .isInstanceOf(TooLargeException.class);
    branch.commitOnePhase();
    assertThat(all("orders")).hasSize(1);
  }

  @Test
  void moreHeadersThanFitAreRefused() {
    List<Headers.Header> many =
        new ArrayList<>(Collections.nCopies(65_535, new Headers.Header("", new byte[0])));
    engine.close();
    storageWithLargeMessages();
    Branch branch = engine.log().begin();
    branch.append(message(Headers.of(many)));
    many.add(new Headers.Header("", new byte[0]));
    assertThatThrownBy(() -> branch.append(message(Headers.of(many))))
        .isInstanceOf(TooLargeException.class)
        .hasMessageContaining("65536 headers; at most 65535");
    branch.append(message(Headers.empty().with("n".repeat(65_535), new byte[0])));
    assertThatThrownBy(
            () -> branch.append(message(Headers.empty().with("n".repeat(65_536), new byte[0]))))
        .isInstanceOf(TooLargeException.class)
        .hasMessageContaining("65536 bytes; at most 65535");
    branch.commitOnePhase();
    List<Delivery> deliveries = all("orders");
    assertThat(deliveries).hasSize(2);
    assertThat(deliveries.get(0).envelope().headers().size()).isEqualTo(65_535);
    assertThat(deliveries.get(1).envelope().payload()).containsExactly(42);
  }

  private void storageWithLargeMessages() {
    int mib = 1 << 20;
    try {
      engine =
          TestLogs.open(
              new PowerCutStorage(2),
              TestLogs.config(Path.of("memory"))
                  .segmentSize(4L * mib)
                  .maxMessageBytes(mib)
                  .maxTransactionBytes(2L * mib)
                  .build());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    engine.topics().create(TopicConfig.of("orders"));
  }

  /** Its commit frame would need more room than a segment has: prepared, it could never commit. */
  @Test
  void aBranchWhoseDecisionDoesNotFitIsNotPrepared() throws IOException {
    engine.close();
    engine =
        TestLogs.open(
            TestLogs.again(storage),
            TestLogs.config(Path.of("memory")).maxTransactionBytes(8 << 20).build());
    engine.topics().create(TopicConfig.of("wide").partitions(4000));
    BranchId id = BranchId.of(1, new byte[] {1}, new byte[] {1});
    Branch branch = engine.log().begin(id);
    for (int i = 0; i < 16_000; i++) {
      byte[] key = ("k" + i).getBytes(StandardCharsets.UTF_8);
      branch.append(new Envelope("wide", Optional.of(key), new byte[0], Headers.empty()));
    }
    assertThatThrownBy(() -> branch.prepare(Decider.TRANSACTION_MANAGER, NO_NOTE))
        .isInstanceOf(TooLargeException.class)
        .hasMessageContaining("does not fit into a segment");
    assertThat(branch.state()).isEqualTo(Branch.State.ROLLED_BACK);
    assertThat(engine.log().find(id)).isEmpty();
    assertThat(engine.log().undecided(Decider.TRANSACTION_MANAGER)).isEmpty();
  }

  @Test
  void anAcknowledgementBehindTheEndIsRolledBack() {
    Branch send = engine.log().begin();
    send.append(message("orders", 1));
    send.commitOnePhase();
    try (Subscription member = engine.log().subscribe("billing", "orders", StartFrom.EARLIEST)) {
      Branch branch = engine.log().begin();
      branch.acknowledge("billing", "orders", 0, 0, 2, member.memberEpoch());
      assertThatThrownBy(branch::commitOnePhase)
          .isInstanceOf(TransactionRolledBackException.class)
          .hasMessageContaining("the acknowledgement ends behind the partition, which ends at 1");
      assertThat(member.fetch(10, Duration.ZERO)).hasSize(1);
    }
  }

  @Test
  void aLongNoteIsRefusedAndTheBranchGoesOn() {
    Branch branch = engine.log().begin();
    branch.append(message("orders", 1));
    assertThatThrownBy(() -> branch.prepare(Decider.TRANSACTION_MANAGER, new byte[4097]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4096");
    assertThat(branch.prepare(Decider.TRANSACTION_MANAGER, new byte[4096]))
        .isEqualTo(Branch.Vote.PREPARED);
    branch.rollback();
  }

  /** Concrete values: a key must find its partition in every version to come. */
  @Test
  void aKeyHasItsPartitionForGood() {
    engine.topics().create(TopicConfig.of("eight").partitions(8));
    List<String> keys = List.of("", "a", "order-1", "order-2", "order-3", "köln", "東京");
    Branch branch = engine.log().begin();
    for (String key : keys) {
      byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
      branch.append(new Envelope("eight", Optional.of(bytes), bytes, Headers.empty()));
    }
    branch.commitOnePhase();
    List<String> found = new ArrayList<>();
    for (Delivery delivery : all("eight")) {
      String key = new String(delivery.envelope().payload(), StandardCharsets.UTF_8);
      found.add(key + "=" + delivery.partition());
    }
    assertThat(found)
        .containsExactlyInAnyOrder(
            "=0", "a=0", "order-1=4", "order-2=0", "order-3=3", "köln=5", "東京=3");
  }

  @Test
  void messagesWithoutKeyStayTogetherInATransactionAndSpreadOverSeveral() {
    engine.topics().create(TopicConfig.of("eight").partitions(8));
    for (int i = 0; i < 8; i++) {
      Branch branch = engine.log().begin();
      branch.append(message("eight", 1));
      branch.append(message("eight", 2));
      branch.commitOnePhase();
    }
    List<Delivery> deliveries = all("eight");
    assertThat(deliveries).hasSize(16);
    for (int i = 0; i < 8; i++) {
      int partition = i;
      assertThat(deliveries).filteredOn(delivery -> delivery.partition() == partition).hasSize(2);
    }
  }
}
