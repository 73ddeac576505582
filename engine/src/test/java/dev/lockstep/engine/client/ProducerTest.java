package dev.lockstep.engine.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.ClosedException;
import dev.lockstep.Codec;
import dev.lockstep.Headers;
import dev.lockstep.InvalidConfigException;
import dev.lockstep.Message;
import dev.lockstep.MessageId;
import dev.lockstep.NoTransactionException;
import dev.lockstep.OutgoingMessage;
import dev.lockstep.OutsideTransaction;
import dev.lockstep.Producer;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.UnknownTopicException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.Subscription.Delivery;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProducerTest {
  private final ClientFixture fixture = new ClientFixture(OutsideTransaction.REJECT);
  private final FakeLog log = fixture.log;
  private final Client client = fixture.client;
  private final Producer<String> orders = client.producer("orders", String.class);

  @Test
  void sendJoinsTheTransactionOfTheBinding() {
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());

    MessageId id = orders.send("o-1", "order");

    assertThat(branch.sends).containsOnlyKeys(id);
    assertThat(branch.state()).isEqualTo(Branch.State.ACTIVE);
    assertThat(log.visible("orders")).isEmpty();

    branch.commitOnePhase();
    assertThat(log.visible("orders")).extracting(Delivery::id).containsExactly(id);
  }

  @Test
  void sendOutsideATransactionIsRefused() {
    assertThatThrownBy(() -> orders.send("order"))
        .isInstanceOf(NoTransactionException.class)
        .hasMessage(
            "LSTP-0107: send to 'orders' outside a transaction. Annotate the caller with"
                + " @Transactional, or wrap it in lockstep.inTransaction(..)");
    assertThat(log.commits).isEmpty();
    assertThat(log.branches).isEmpty();
  }

  @Test
  void sendOutsideATransactionCommitsAtOnceWhereThatIsAllowed() {
    ClientFixture allowing = new ClientFixture(OutsideTransaction.OWN_TRANSACTION);
    Producer<String> producer = allowing.client.producer("orders", String.class);

    MessageId first = producer.send("first");
    assertThat(allowing.log.visible("orders")).extracting(Delivery::id).containsExactly(first);

    producer.send("second");
    assertThat(allowing.visibleTexts("orders")).containsExactly("first", "second");
    assertThat(allowing.log.commits).hasSize(2);
  }

  @Test
  void ownTransactionOfASendThatFailsIsRolledBack() {
    ClientFixture allowing = new ClientFixture(OutsideTransaction.OWN_TRANSACTION);
    Producer<String> producer = allowing.client.producer("orders", String.class);
    allowing.log.nextCommit = Optional.of(new TransactionRolledBackException("no"));

    assertThatThrownBy(() -> producer.send("order"))
        .isInstanceOf(TransactionRolledBackException.class);

    assertThat(allowing.log.branches).isEmpty();
    assertThat(allowing.log.visible("orders")).isEmpty();
  }

  @Test
  void innermostTransactionWins() {
    client.inTransaction(
        () -> {
          orders.send("outer 1");
          FakeBranch inner = fixture.binding.resume((FakeBranch) log.begin());
          orders.send("inner");
          fixture.binding.suspend();
          inner.rollback();
          return orders.send("outer 2");
        });

    assertThat(fixture.visibleTexts("orders")).containsExactly("outer 1", "outer 2");
  }

  @Test
  void envelopeHasTopicKeyPayloadAndHeaders() {
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());

    orders.send(Message.of("schlüssel", "größe").header("a", "1").header("a", "2"));

    Envelope envelope = branch.sends.values().iterator().next();
    assertThat(envelope.topic()).isEqualTo("orders");
    assertThat(envelope.key().orElseThrow()).isEqualTo(utf8("schlüssel"));
    assertThat(envelope.payload()).isEqualTo(utf8("größe"));
    assertThat(envelope.headers())
        .containsExactly(
            new Headers.Header("a", utf8("1")),
            new Headers.Header("a", utf8("2")),
            new Headers.Header("content-type", utf8("text/plain; charset=utf-8")));
  }

  @Test
  void tombstoneHasAKeyAndNoPayload() {
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());

    orders.delete("o-1");
    orders.send(Message.<String>tombstone("o-2").header("why", "gone").idempotencyKey("once"));

    assertThat(branch.sends.values())
        .allSatisfy(
            envelope -> {
              assertThat(envelope.kind()).isEqualTo(Envelope.Kind.TOMBSTONE);
              assertThat(envelope.payload()).isEmpty();
              assertThat(envelope.headers().last("content-type")).isEmpty();
            })
        .extracting(envelope -> envelope.key().map(ProducerTest::text).orElseThrow())
        .containsExactly("o-1", "o-2");
    assertThat(branch.sends.values())
        .extracting(Envelope::idempotencyKey)
        .containsExactly(Optional.empty(), Optional.of("once"));
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  @Test
  void expiryCountsFromTheSend() {
    Clock clock = Clock.fixed(Instant.parse("2026-03-01T10:00:00Z"), ZoneOffset.UTC);
    Client at = new Client(fixture.config(OutsideTransaction.REJECT).build(), log, log, clock);
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());

    Producer<String> producer = at.producer("orders", String.class);
    producer.send(Message.of("soon").expireAfter(Duration.ofMinutes(5)));
    producer.send("never");

    assertThat(branch.sends.values())
        .extracting(Envelope::expiresAt)
        .containsExactly(Optional.of(Instant.parse("2026-03-01T10:05:00Z")), Optional.empty());
  }

  @Test
  void idempotencyKeyThatIsNotUnicodeIsRefused() {
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> orders.send(Message.of("x").idempotencyKey("\uDC00")))
        .withMessage("send to 'orders': the idempotency key is not Unicode text");
    assertThat(branch.sends).isEmpty();
  }

  @Test
  void contentTypeOfTheSenderIsKept() {
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());

    orders.send(Message.of("{}").header("content-type", "application/json"));

    Envelope envelope = branch.sends.values().iterator().next();
    assertThat(envelope.headers())
        .containsExactly(new Headers.Header("content-type", utf8("application/json")));
    assertThat(envelope.key()).isEmpty();
  }

  @Test
  @SuppressWarnings("NullAway") // what callers without null checks do
  void nullsAreNamedAtTheCall() {
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());
    String nothing = null;
    OutgoingMessage<String> noMessage = null;

    assertThatNullPointerException()
        .isThrownBy(() -> orders.send(nothing))
        .withMessage("send to 'orders': the payload is null");
    assertThatNullPointerException()
        .isThrownBy(() -> orders.send("key", nothing))
        .withMessage("send to 'orders': the payload is null");
    assertThatNullPointerException()
        .isThrownBy(() -> orders.send(nothing, "payload"))
        .withMessage("send to 'orders': the key is null");
    assertThatNullPointerException()
        .isThrownBy(() -> orders.send(noMessage))
        .withMessage("send to 'orders': the message is null");
    assertThatNullPointerException()
        .isThrownBy(() -> Message.of(nothing))
        .withMessage("the payload is null; Message.tombstone(key) says that there is none");
    assertThatNullPointerException()
        .isThrownBy(() -> orders.delete(nothing))
        .withMessage("send to 'orders': the key is null");
    assertThat(branch.sends).isEmpty();
  }

  @Test
  void keyThatIsNotUnicodeIsRefused() {
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> orders.send("\uDC00", "payload"))
        .withMessage("send to 'orders': the key is not Unicode text");
    assertThat(branch.sends).isEmpty();
  }

  @Test
  @SuppressWarnings("NullAway") // what codecs without null checks do
  void failureOfTheCodecLeavesTheTransactionAsItWas() {
    IllegalArgumentException unencodable = new IllegalArgumentException("too odd");
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());
    Producer<Integer> failing =
        client.producer(
            "orders",
            new EncodeOnly() {
              @Override
              public byte[] encode(Integer payload) {
                throw unencodable;
              }
            });
    Producer<Integer> empty =
        client.producer(
            "orders",
            new EncodeOnly() {
              @Override
              public byte[] encode(Integer payload) {
                return null;
              }
            });

    assertThatThrownBy(() -> failing.send(1)).isSameAs(unencodable);
    assertThatNullPointerException()
        .isThrownBy(() -> empty.send(1))
        .withMessageMatching("send to 'orders': what .*ProducerTest.* made is null");
    assertThat(branch.sends).isEmpty();
    assertThat(branch.state()).isEqualTo(Branch.State.ACTIVE);
  }

  @Test
  void unknownTopicIsRefusedAtTheProducer() {
    assertThatThrownBy(() -> client.producer("order", String.class))
        .isInstanceOf(UnknownTopicException.class)
        .hasMessage(
            "LSTP-0101: there is no topic 'order'. Create it with"
                + " lockstep.topics().create(TopicConfig.of(\"order\")), or correct the name");
    assertThatThrownBy(() -> client.producer("order", BytesCodec.INSTANCE))
        .isInstanceOf(UnknownTopicException.class);
  }

  @Test
  void typeWithoutCodecIsRefusedAtTheProducer() {
    assertThatThrownBy(() -> client.producer("orders", BigDecimal.class))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("java.math.BigDecimal");
  }

  @Test
  void producerOfAClosedClientRefuses() {
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());
    client.close();

    assertThatThrownBy(() -> orders.send("late"))
        .isInstanceOf(ClosedException.class)
        .hasMessageContainingAll("send to 'orders'", "data is closed");
    assertThatThrownBy(() -> client.producer("orders", String.class))
        .isInstanceOf(ClosedException.class);
    assertThat(branch.sends).isEmpty();
  }

  @Test
  void producersOfOneTopicAreForAllThreads() throws InterruptedException {
    ClientFixture allowing = new ClientFixture(OutsideTransaction.OWN_TRANSACTION);
    Producer<String> producer = allowing.client.producer("orders", String.class);
    List<Thread> threads =
        java.util.stream.IntStream.range(0, 4)
            .mapToObj(
                thread ->
                    new Thread(
                        () -> {
                          for (int i = 0; i < 100; i++) {
                            String text = thread + "-" + i;
                            allowing.client.inTransaction(
                                () -> {
                                  producer.send(text + "a");
                                  return producer.send(text + "b");
                                });
                          }
                        }))
            .toList();

    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(allowing.log.commits)
        .hasSize(400)
        .allSatisfy(
            branch ->
                assertThat(branch.sends.values())
                    .extracting(envelope -> textOf(envelope).replaceAll("[ab]", ""))
                    .hasSize(2)
                    .containsOnly(firstText(branch)));
  }

  private static String firstText(FakeBranch branch) {
    return textOf(branch.sends.values().iterator().next()).replaceAll("[ab]", "");
  }

  private static String textOf(Envelope envelope) {
    return new String(envelope.payload(), StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private abstract static class EncodeOnly implements Codec<Integer> {
    @Override
    public String contentType() {
      return "test/integer";
    }

    @Override
    public Integer decode(byte[] bytes, Headers headers) {
      throw new AssertionError("not asked for");
    }
  }
}
