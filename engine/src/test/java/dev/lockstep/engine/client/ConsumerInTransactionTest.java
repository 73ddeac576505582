package dev.lockstep.engine.client;

import static dev.lockstep.engine.client.ClientFixture.NOW;
import static dev.lockstep.engine.client.ClientFixture.payloads;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Codec;
import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.DecodeException;
import dev.lockstep.Headers;
import dev.lockstep.Message;
import dev.lockstep.MessageId;
import dev.lockstep.NoTransactionException;
import dev.lockstep.OutsideTransaction;
import dev.lockstep.TransactionRolledBackException;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Decider;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConsumerInTransactionTest {
  private final ClientFixture fixture = new ClientFixture(OutsideTransaction.REJECT);
  private final FakeLog log = fixture.log;
  private final Client client = fixture.client;

  @Test
  void pollAcknowledgesInTheTransaction() {
    fixture.sent("a", "b", "c");
    try (Consumer<String> billing = fixture.billing()) {
      FakeBranch branch = begin();

      assertThat(payloads(billing.poll(NOW))).containsExactly("a", "b", "c");
      assertThat(fixture.acknowledged("orders", 0)).isZero();
      assertThat(billing.committed(0)).isEqualTo(OptionalLong.of(0));
      assertThat(billing.position(0)).isEqualTo(3);

      commit(branch);
      assertThat(fixture.acknowledged("orders", 0)).isEqualTo(3);
      assertThat(billing.committed(0)).isEqualTo(OptionalLong.of(3));
    }
  }

  @Test
  void messageHasAllThatWasSent() {
    MessageId id =
        client.inTransaction(
            () ->
                client
                    .producer("orders", String.class)
                    .send(Message.of("o-1", "order").header("trace", "7")));
    try (Consumer<String> billing = fixture.billing()) {
      Message<String> message = client.inTransaction(() -> billing.poll(NOW)).get(0);

      assertThat(message.id()).isEqualTo(id);
      assertThat(message.topic()).isEqualTo("orders");
      assertThat(message.partition()).isZero();
      assertThat(message.offset()).isZero();
      assertThat(message.key()).contains("o-1");
      assertThat(message.payload()).isEqualTo("order");
      assertThat(message.headers().last("trace")).contains("7");
      assertThat(message.timestamp()).isEqualTo(log.visible("orders").get(0).timestamp());
      assertThat(message).hasToString(id + " at offset 0 of 'orders', partition 0");
    }
  }

  @Test
  void pollsOfOneTransactionAcknowledgeTogether() {
    fixture.sent("a", "b", "c", "d", "e");
    try (Consumer<String> billing = billing(2)) {
      client.inTransaction(
          () -> {
            assertThat(payloads(billing.poll(NOW))).containsExactly("a", "b");
            assertThat(payloads(billing.poll(NOW))).containsExactly("c", "d");
            return fixture.acknowledged("orders", 0);
          });
      assertThat(fixture.acknowledged("orders", 0)).isEqualTo(4);
      assertThat(log.commits).hasSize(1);

      assertThat(payloads(client.inTransaction(() -> billing.poll(NOW)))).containsExactly("e");
    }
  }

  @Test
  void pollAcknowledgesEachPartition() {
    client.inTransaction(
        () -> {
          for (String key : List.of("0", "1", "0", "0")) {
            client.producer("parts", String.class).send(key, "part " + key);
          }
          return "sent";
        });
    ConsumerConfig<String> parts = ConsumerConfig.of("billing", "parts", String.class);
    try (Consumer<String> billing = client.consumer(parts)) {
      assertThat(billing.assignment()).containsExactlyInAnyOrder(0, 1);

      assertThat(client.inTransaction(() -> billing.poll(NOW))).hasSize(4);

      assertThat(fixture.acknowledged("parts", 0)).isEqualTo(3);
      assertThat(fixture.acknowledged("parts", 1)).isEqualTo(1);
    }
  }

  @Test
  void pollThatFindsNothingAcknowledgesNothing() {
    try (Consumer<String> billing = fixture.billing()) {
      FakeBranch branch = begin();

      assertThat(billing.poll(NOW)).isEmpty();

      assertThat(branch.isEmpty()).isTrue();
    }
  }

  @Test
  void rollbackBringsTheSameMessagesAgain() {
    fixture.sent("a", "b");
    try (Consumer<String> billing = billing(1)) {
      FakeBranch branch = begin();
      assertThat(payloads(billing.poll(NOW))).containsExactly("a");
      assertThat(payloads(billing.poll(NOW))).containsExactly("b");
      rollback(branch);
      assertThat(fixture.lastMember().rewinds).as("one callback a transaction").isEqualTo(1);

      FakeBranch next = begin();
      assertThat(payloads(billing.poll(NOW))).containsExactly("a");
      commit(next);
      assertThat(fixture.acknowledged("orders", 0)).isEqualTo(1);
    }
  }

  @Test
  void commitSendsNoPositionBack() {
    fixture.sent("a", "b");
    try (Consumer<String> billing = billing(1)) {
      client.inTransaction(() -> billing.poll(NOW));

      assertThat(fixture.lastMember().rewinds).isZero();
      assertThat(payloads(client.inTransaction(() -> billing.poll(NOW)))).containsExactly("b");
    }
  }

  @Test
  void rollbackByAnotherThreadBringsTheSameMessagesAgain() throws InterruptedException {
    fixture.sent("a");
    try (Consumer<String> billing = fixture.billing()) {
      FakeBranch branch = begin();
      billing.poll(NOW);
      Thread reaper = new Thread(branch::rollback);
      reaper.start();
      reaper.join();
      fixture.binding.suspend();

      assertThat(payloads(client.inTransaction(() -> billing.poll(NOW)))).containsExactly("a");
    }
  }

  @Test
  void pollOutsideATransactionIsRefused() {
    fixture.sent("a");
    try (Consumer<String> billing = fixture.billing()) {
      assertThatThrownBy(() -> billing.poll(NOW))
          .isInstanceOf(NoTransactionException.class)
          .hasMessage(
              "LSTP-0107: poll of 'orders' by group 'billing' outside a transaction. Annotate the"
                  + " caller with @Transactional, or wrap it in lockstep.inTransaction(..)");
      assertThat(billing.position(0)).isZero();
      assertThatThrownBy(billing::commit)
          .isInstanceOf(NoTransactionException.class)
          .hasMessageContaining("commit of 'orders' by group 'billing' outside a transaction");
    }
  }

  @Test
  void commitInATransactionLeavesThePollsToIt() {
    fixture.sent("a");
    try (Consumer<String> billing = fixture.billing()) {
      FakeBranch branch = begin();
      billing.poll(NOW);

      billing.commit();

      assertThat(log.commits).isEmpty();
      commit(branch);
      assertThat(fixture.acknowledged("orders", 0)).isEqualTo(1);
    }
  }

  @Test
  void payloadThatCannotBeDecodedIsNamedAndItsTransactionCannotCommit() {
    fixture.sent("a", "broken", "c");
    try (Consumer<String> billing = client.consumer(choosy(3))) {
      FakeBranch branch = begin();

      assertThatThrownBy(() -> billing.poll(NOW))
          .isInstanceOf(DecodeException.class)
          .hasMessageContainingAll(
              "group 'billing'",
              "offset 1 of topic 'orders', partition 0",
              "text/plain; charset=utf-8",
              "Choosy",
              "not 'broken'")
          .hasCauseInstanceOf(IllegalArgumentException.class);

      assertThat(branch.ranges).isEmpty();
      assertThat(billing.position(0)).isZero();
      assertThatThrownBy(branch::commitOnePhase)
          .isInstanceOf(TransactionRolledBackException.class)
          .hasMessageContainingAll("a poll of 'orders' by group 'billing' failed", "LSTP-0103");
    }
  }

  @Test
  void undecodablePayloadBehindEarlierPollsBringsThoseAgain() {
    fixture.sent("a", "broken");
    try (Consumer<String> billing = client.consumer(choosy(1))) {
      FakeBranch branch = begin();
      assertThat(payloads(billing.poll(NOW))).containsExactly("a");

      assertThatThrownBy(() -> billing.poll(NOW)).isInstanceOf(DecodeException.class);
      assertThat(branch.state()).isEqualTo(Branch.State.ROLLBACK_ONLY);
      assertThatThrownBy(() -> billing.poll(NOW))
          .as("it comes again, and 'a' does not before the rollback")
          .isInstanceOf(DecodeException.class);
      rollback(branch);

      assertThat(payloads(client.inTransaction(() -> billing.poll(NOW)))).containsExactly("a");
      assertThat(fixture.acknowledged("orders", 0)).isEqualTo(1);
    }
  }

  @Test
  void nullFromACodecIsNoPayload() {
    fixture.sent("null");
    try (Consumer<String> billing = client.consumer(choosy(1))) {
      begin();

      assertThatThrownBy(() -> billing.poll(NOW))
          .isInstanceOf(DecodeException.class)
          .hasMessageContaining("the codec returned null");
    }
  }

  @Test
  void refusedAcknowledgementBringsTheSameMessagesAgain() {
    fixture.sent("a");
    try (Consumer<String> billing = fixture.billing()) {
      FakeBranch branch = begin();
      branch.markRollbackOnly("timed out");

      assertThatThrownBy(() -> billing.poll(NOW))
          .isInstanceOf(TransactionRolledBackException.class)
          .hasMessageContaining("timed out")
          .hasNoSuppressedExceptions();
      rollback(branch);

      assertThat(payloads(client.inTransaction(() -> billing.poll(NOW)))).containsExactly("a");
    }
  }

  @Test
  void transactionRolledBackInTheMiddleOfAPollBringsTheSameMessagesAgain() {
    fixture.sent("a");
    try (Consumer<String> billing = fixture.billing()) {
      FakeBranch branch = begin();
      branch.rollback();

      assertThatThrownBy(() -> billing.poll(NOW)).isInstanceOf(IllegalStateException.class);
      fixture.binding.suspend();

      assertThat(payloads(client.inTransaction(() -> billing.poll(NOW)))).containsExactly("a");
    }
  }

  @Test
  void pollBesideAnUndecidedTransactionOfTheSameConsumerIsRefused() {
    fixture.sent("a", "b");
    try (Consumer<String> billing = billing(1)) {
      FakeBranch first = begin();
      billing.poll(NOW);
      FakeBranch second = begin();

      assertThatThrownBy(() -> billing.poll(NOW))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "poll of 'orders' by group 'billing' in transaction "
                  + second.id()
                  + ", while its transaction "
                  + first.id()
                  + " is undecided. Complete that one first, or use another consumer");
      assertThat(second.state()).isEqualTo(Branch.State.ACTIVE);
      assertThat(second.isEmpty()).isTrue();

      fixture.binding.resume(first);
      assertThat(payloads(billing.poll(NOW))).containsExactly("b");
      commit(first);
      assertThat(fixture.acknowledged("orders", 0)).isEqualTo(2);
    }
  }

  @Test
  void transactionThatTookNothingIsNoObstacle() {
    try (Consumer<String> billing = fixture.billing()) {
      FakeBranch first = begin();
      billing.poll(NOW);
      fixture.binding.suspend();
      fixture.sent("a");
      FakeBranch second = begin();

      assertThat(payloads(billing.poll(NOW))).containsExactly("a");
      commit(second);
      assertThat(first.state()).isEqualTo(Branch.State.ACTIVE);
    }
  }

  @Test
  void transactionInDoubtHoldsItsPartitionBackAndNothingElse() {
    sendToParts("0", "1");
    ConsumerConfig<String> parts = ConsumerConfig.of("billing", "parts", String.class);
    try (Consumer<String> billing = client.consumer(parts.maxPollMessages(1))) {
      FakeBranch inDoubt = begin();
      assertThat(payloads(billing.poll(NOW))).containsExactly("part 0");
      inDoubt.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);

      FakeBranch next = begin();
      assertThat(payloads(billing.poll(NOW))).containsExactly("part 1");
      assertThat(billing.poll(NOW)).isEmpty();
      commit(next);

      log.rollback(inDoubt.id());
      assertThat(payloads(client.inTransaction(() -> billing.poll(NOW)))).containsExactly("part 0");
      assertThat(fixture.acknowledged("parts", 0)).isEqualTo(1);
      assertThat(fixture.acknowledged("parts", 1)).isEqualTo(1);
    }
  }

  /** The late rollback of the first one gives back what that one took. */
  @Test
  void aLateRollbackLeavesTheNextTransactionWhatItTook() {
    sendToParts("0", "1");
    ConsumerConfig<String> parts = ConsumerConfig.of("billing", "parts", String.class);
    try (Consumer<String> billing = client.consumer(parts.maxPollMessages(1))) {
      FakeBranch inDoubt = begin();
      billing.poll(NOW);
      inDoubt.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
      FakeBranch next = begin();
      assertThat(payloads(billing.poll(NOW))).containsExactly("part 1");
      log.rollback(inDoubt.id());
      assertThat(payloads(billing.poll(NOW))).containsExactly("part 0");
      assertThat(billing.poll(NOW)).isEmpty();
      commit(next);
      assertThat(fixture.acknowledged("parts", 0)).isEqualTo(1);
      assertThat(fixture.acknowledged("parts", 1)).isEqualTo(1);
    }
  }

  /** All positions go back when partitions are assigned anew. */
  @Test
  void noTransactionWorksOnAMessageTwice() {
    sendToParts("0", "1");
    ConsumerConfig<String> parts = ConsumerConfig.of("billing", "parts", String.class);
    try (Consumer<String> billing = client.consumer(parts.maxPollMessages(1))) {
      FakeBranch next = begin();
      assertThat(payloads(billing.poll(NOW))).containsExactly("part 0");
      fixture.lastMember().assignAnew();

      assertThatThrownBy(() -> billing.poll(NOW))
          .isInstanceOf(TransactionRolledBackException.class)
          .hasMessageContainingAll("twice", "partitions [0]", next.id().toString());
      assertThat(next.state()).isEqualTo(Branch.State.ROLLBACK_ONLY);
      rollback(next);

      FakeBranch last = begin();
      assertThat(payloads(billing.poll(NOW))).containsExactly("part 0");
      assertThat(payloads(billing.poll(NOW))).containsExactly("part 1");
      commit(last);
    }
  }

  @Test
  void commitAfterThePartitionsWentToAnotherMemberIsRefused() {
    fixture.sent("a");
    try (Consumer<String> billing = fixture.billing()) {
      FakeBranch branch = begin();
      billing.poll(NOW);
      fixture.lastMember().assignAnew();

      assertThatThrownBy(branch::commitOnePhase).isInstanceOf(TransactionRolledBackException.class);
      fixture.binding.suspend();

      assertThat(payloads(client.inTransaction(() -> billing.poll(NOW)))).containsExactly("a");
    }
  }

  private FakeBranch begin() {
    return fixture.binding.resume((FakeBranch) log.begin());
  }

  private void commit(FakeBranch branch) {
    branch.commitOnePhase();
    fixture.binding.suspend();
  }

  private void rollback(FakeBranch branch) {
    branch.rollback();
    fixture.binding.suspend();
  }

  private Consumer<String> billing(int maxPollMessages) {
    return client.consumer(
        ConsumerConfig.of("billing", "orders", String.class).maxPollMessages(maxPollMessages));
  }

  private void sendToParts(String... keys) {
    client.inTransaction(
        () -> {
          for (String key : keys) {
            client.producer("parts", String.class).send(key, "part " + key);
          }
          return keys.length;
        });
  }

  private static ConsumerConfig<String> choosy(int maxPollMessages) {
    return ConsumerConfig.of("billing", "orders", new Choosy()).maxPollMessages(maxPollMessages);
  }

  /** Reads all text but one. */
  private static final class Choosy implements Codec<String> {
    @Override
    public String contentType() {
      return "text/plain";
    }

    @Override
    public byte[] encode(String payload) {
      throw new AssertionError("not asked for");
    }

    @Override
    @SuppressWarnings("NullAway") // what codecs without null checks do
    public String decode(byte[] bytes, Headers headers) {
      String text = Utf8.decode(bytes);
      if (text.equals("broken")) {
        throw new IllegalArgumentException("not 'broken'");
      }
      return text.equals("null") ? null : text;
    }
  }
}
