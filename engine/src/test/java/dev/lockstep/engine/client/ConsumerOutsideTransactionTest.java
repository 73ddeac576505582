package dev.lockstep.engine.client;

import static dev.lockstep.engine.client.ClientFixture.NOW;
import static dev.lockstep.engine.client.ClientFixture.payloads;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.DecodeException;
import dev.lockstep.DiskFullException;
import dev.lockstep.OutsideTransaction;
import dev.lockstep.Producer;
import dev.lockstep.TransactionRolledBackException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Polls where {@link OutsideTransaction#OWN_TRANSACTION} allows them without a transaction. */
@Timeout(60)
class ConsumerOutsideTransactionTest {
  private final ClientFixture fixture = new ClientFixture(OutsideTransaction.OWN_TRANSACTION);
  private final FakeLog log = fixture.log;
  private final Client client = fixture.client;
  private final Consumer<String> billing =
      client.consumer(ConsumerConfig.of("billing", "orders", String.class).maxPollMessages(2));

  @BeforeEach
  void send() {
    fixture.sent("a", "b", "c", "d");
  }

  @Test
  void commitAcknowledgesAllPollsInOneTransaction() {
    assertThat(payloads(billing.poll(NOW))).containsExactly("a", "b");
    assertThat(payloads(billing.poll(NOW))).containsExactly("c", "d");
    assertThat(log.branches).isEmpty();
    assertThat(fixture.acknowledged("orders", 0)).isZero();

    billing.commit();

    assertThat(fixture.acknowledged("orders", 0)).isEqualTo(4);
    assertThat(log.commits).hasSize(1);
    assertThat(fixture.lastMember().rewinds).isZero();
    assertThat(billing.poll(NOW)).isEmpty();
  }

  @Test
  void commitWithNothingPolledDoesNothing() {
    billing.commit();
    billing.poll(NOW);
    billing.commit();
    billing.commit();

    assertThat(log.commits).hasSize(1);
  }

  @Test
  void commitThatIsRolledBackBringsTheSameMessagesAgain() {
    billing.poll(NOW);
    DiskFullException full = new DiskFullException("no room");
    log.nextCommit = Optional.of(full);

    assertThatThrownBy(billing::commit).isSameAs(full);
    assertThat(fixture.acknowledged("orders", 0)).isZero();

    assertThat(payloads(billing.poll(NOW))).containsExactly("a", "b");
    billing.commit();
    assertThat(fixture.acknowledged("orders", 0)).isEqualTo(2);
  }

  @Test
  void commitAfterThePartitionsWentToAnotherMemberIsRefused() {
    billing.poll(NOW);
    fixture.lastMember().assignAnew();

    assertThatThrownBy(billing::commit).isInstanceOf(TransactionRolledBackException.class);

    assertThat(payloads(billing.poll(NOW))).containsExactly("a", "b");
    billing.commit();
    assertThat(fixture.acknowledged("orders", 0)).isEqualTo(2);
  }

  @Test
  void partitionsThatCameBackAreAcknowledgedFromWhereTheyGoOn() {
    billing.poll(NOW);
    fixture.lastMember().assignAnew();
    assertThat(payloads(billing.poll(NOW))).containsExactly("a", "b");

    billing.commit();

    assertThat(fixture.acknowledged("orders", 0)).isEqualTo(2);
  }

  @Test
  void pollsBeforeAnUndecodablePayloadCanBeCommitted() {
    sendBytes(new byte[] {(byte) 0xFF});
    assertThat(payloads(billing.poll(NOW))).containsExactly("a", "b");
    assertThat(payloads(billing.poll(NOW))).containsExactly("c", "d");
    assertThatThrownBy(() -> billing.poll(NOW))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("offset 4");

    billing.commit();

    assertThat(fixture.acknowledged("orders", 0)).isEqualTo(4);
    assertThatThrownBy(() -> billing.poll(NOW))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("offset 4");
  }

  @Test
  void anUndecodablePayloadComesAgainAndSetsNothingElseBack() {
    Producer<byte[]> raw = client.producer("parts", byte[].class);
    raw.send("0", new byte[] {'a'});
    raw.send("1", new byte[] {'b'});
    raw.send("1", new byte[] {(byte) 0xFF});
    Consumer<String> parts =
        client.consumer(ConsumerConfig.of("billing", "parts", String.class).maxPollMessages(1));
    assertThat(payloads(parts.poll(NOW))).containsExactly("a");
    assertThat(payloads(parts.poll(NOW))).containsExactly("b");
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> parts.poll(NOW)).isInstanceOf(DecodeException.class);
    }
    raw.send("0", new byte[] {'c'});
    assertThat(payloads(parts.poll(NOW))).containsExactly("c");

    parts.commit();

    assertThat(fixture.acknowledged("parts", 0)).isEqualTo(2);
    assertThat(fixture.acknowledged("parts", 1)).isEqualTo(1);
  }

  @Test
  void pollInATransactionWaitsForTheCommitOfThoseOutside() {
    billing.poll(NOW);

    client.inTransaction(
        () -> {
          assertThatThrownBy(() -> billing.poll(NOW))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContainingAll(
                  "poll of 'orders' by group 'billing'", "Call commit() first");
          return "refused";
        });
    billing.commit();

    List<String> rest = payloads(client.inTransaction(() -> billing.poll(NOW)));
    assertThat(rest).containsExactly("c", "d");
    assertThat(fixture.acknowledged("orders", 0)).isEqualTo(4);
  }

  @Test
  void pollOutsideWaitsForTheEndOfTheTransaction() {
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());
    billing.poll(NOW);
    fixture.binding.suspend();

    assertThatThrownBy(() -> billing.poll(NOW))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("outside a transaction, while", branch.id().toString());
    branch.commitOnePhase();

    assertThat(payloads(billing.poll(NOW))).containsExactly("c", "d");
  }

  private void sendBytes(byte[] payload) {
    Producer<byte[]> raw = client.producer("orders", byte[].class);
    raw.send(payload);
  }
}
