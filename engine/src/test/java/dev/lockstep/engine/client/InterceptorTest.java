package dev.lockstep.engine.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.InterceptorException;
import dev.lockstep.Message;
import dev.lockstep.OutgoingMessage;
import dev.lockstep.OutsideTransaction;
import dev.lockstep.Producer;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.ConsumerInterceptor;
import dev.lockstep.spi.Envelope;
import dev.lockstep.spi.ProducerInterceptor;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InterceptorTest {
  private final ClientFixture fixture = new ClientFixture(OutsideTransaction.REJECT);
  private final FakeLog log = fixture.log;
  private final List<String> calls = new ArrayList<>();

  /** Notes its call and adds a header; a name of another kind makes it fail in that way. */
  private final class Tagging implements ProducerInterceptor {
    private final String name;

    Tagging(String name) {
      this.name = name;
    }

    @Override
    @SuppressWarnings("NullAway") // what interceptors without null checks do
    public <T> OutgoingMessage<T> onSend(String topic, OutgoingMessage<T> message) {
      calls.add(name + " " + topic + " " + message.headers().size());
      return switch (name) {
        case "throws" -> throw new IllegalStateException("not today");
        case "null" -> null;
        default -> message.header(name, "seen");
      };
    }
  }

  /** Notes its call, and leaves out what its name says. */
  private final class Filtering implements ConsumerInterceptor {
    private final String name;

    Filtering(String name) {
      this.name = name;
    }

    @Override
    @SuppressWarnings("NullAway") // what interceptors without null checks do
    public <T> List<Message<T>> onReceive(String group, List<Message<T>> messages) {
      calls.add(name + " " + group + " " + messages.size());
      return switch (name) {
        case "throws" -> throw new IllegalStateException("not today");
        case "null" -> null;
        case "nulls" -> Collections.singletonList(null);
        case "none" -> List.of();
        default -> messages.stream().filter(m -> !m.payload().toString().equals(name)).toList();
      };
    }
  }

  private Client sending(String... names) {
    var config = fixture.config(OutsideTransaction.REJECT);
    for (String name : names) {
      config.producerInterceptor(new Tagging(name));
    }
    return new Client(config.build(), log, log, Clock.systemUTC());
  }

  private Client receiving(String... names) {
    var config = fixture.config(OutsideTransaction.REJECT);
    for (String name : names) {
      config.consumerInterceptor(new Filtering(name));
    }
    return new Client(config.build(), log, log, Clock.systemUTC());
  }

  @Test
  void producerInterceptorsSeeEveryMessageInOrder() {
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());
    Producer<String> orders = sending("first", "second").producer("orders", String.class);

    orders.send("payload");
    orders.delete("key");

    assertThat(calls)
        .containsExactly("first orders 0", "second orders 1", "first orders 0", "second orders 1");
    assertThat(branch.sends.values())
        .extracting(Envelope::headers)
        .allSatisfy(headers -> assertThat(headers.toString()).startsWith("[first, second"));
  }

  @Test
  void producerInterceptorThatFailsFailsTheSendAndIsNamed() {
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());

    assertThatThrownBy(
            () -> sending("first", "throws", "last").producer("orders", String.class).send("x"))
        .isInstanceOf(InterceptorException.class)
        .hasMessageContainingAll(
            "LSTP-0111: send to 'orders'", Tagging.class.getName(), "not today")
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> sending("null").producer("orders", String.class).send("x"))
        .isInstanceOf(InterceptorException.class)
        .hasMessageContainingAll(Tagging.class.getName(), "returned null");

    assertThat(calls).noneMatch(call -> call.startsWith("last"));
    assertThat(branch.sends).isEmpty();
    assertThat(branch.state()).isEqualTo(Branch.State.ACTIVE);
  }

  private Consumer<String> billing(Client client) {
    return client.consumer(ConsumerConfig.of("billing", "orders", String.class));
  }

  @Test
  void consumerInterceptorsSeeWhatThePollReturnsInOrder() {
    fixture.sent("one", "two", "three");
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());
    try (Consumer<String> consumer = billing(receiving("two", "one"))) {
      assertThat(ClientFixture.payloads(consumer.poll(ClientFixture.NOW))).containsExactly("three");
      assertThat(consumer.poll(ClientFixture.NOW)).isEmpty();

      assertThat(calls).containsExactly("two billing 3", "one billing 2");
      branch.commitOnePhase();
      assertThat(fixture.acknowledged("orders", 0)).isEqualTo(3);
    }
  }

  @Test
  void messagesThatAllAreRemovedAreAcknowledged() {
    fixture.sent("one", "two");
    FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());
    try (Consumer<String> consumer = billing(receiving("none", "after"))) {
      assertThat(consumer.poll(ClientFixture.NOW)).isEmpty();

      branch.commitOnePhase();
      assertThat(fixture.acknowledged("orders", 0)).isEqualTo(2);
      assertThat(calls).containsExactly("none billing 2", "after billing 0");
    }
  }

  @Test
  void consumerInterceptorThatFailsFailsThePollAndNothingIsAcknowledged() {
    fixture.sent("one");
    for (String name : List.of("throws", "null", "nulls")) {
      FakeBranch branch = fixture.binding.resume((FakeBranch) log.begin());
      try (Consumer<String> consumer = billing(receiving(name))) {
        assertThatThrownBy(() -> consumer.poll(ClientFixture.NOW))
            .isInstanceOf(InterceptorException.class)
            .hasMessageContainingAll(
                "poll of 'orders' by group 'billing'", Filtering.class.getName());
        assertThat(branch.state()).isEqualTo(Branch.State.ROLLBACK_ONLY);
        assertThat(branch.ranges).isEmpty();
        branch.rollback();
      }
      fixture.binding.suspend();
    }
    fixture.binding.resume((FakeBranch) log.begin());
    try (Consumer<String> consumer = billing(fixture.client)) {
      assertThat(ClientFixture.payloads(consumer.poll(ClientFixture.NOW))).containsExactly("one");
    }
  }
}
