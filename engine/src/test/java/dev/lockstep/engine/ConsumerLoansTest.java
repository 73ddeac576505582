package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.DecodeException;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.Ordering;
import dev.lockstep.OutsideTransaction;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a consumer gives back when something goes wrong: that, and nothing else. */
@Timeout(60)
class ConsumerLoansTest {
  private static final Duration NOW = Duration.ZERO;

  /** The transaction of all threads, as the test sets it. */
  private static final class Current implements TransactionBinding {
    private Optional<Branch> branch = Optional.empty();

    @Override
    public Optional<Branch> current(TransactionalLog log) {
      return branch;
    }
  }

  private final Current current = new Current();
  private final Engine engine;

  ConsumerLoansTest() throws IOException {
    LockstepConfig config =
        TestLogs.config(Path.of("memory"))
            .transactions(current)
            .outsideTransaction(OutsideTransaction.OWN_TRANSACTION)
            .build();
    engine = TestLogs.open(new PowerCutStorage(14), config);
    engine.topics().create(TopicConfig.of("orders").partitions(2));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private static ConsumerConfig<String> orders(Ordering ordering) {
    return ConsumerConfig.of("billing", "orders", String.class)
        .ordering(ordering)
        .maxPollMessages(1);
  }

  private void send(int partition, byte... payload) {
    engine.producer("orders", byte[].class).send(TestLogs.keyOf(partition, 2), payload);
  }

  private static List<String> poll(Consumer<String> consumer) {
    return consumer.poll(NOW).stream().map(Message::payload).toList();
  }

  private long lag() {
    return engine.groups().find("billing", "orders").orElseThrow().lag();
  }

  @ParameterizedTest
  @EnumSource
  void pollsBeforeAnUndecodablePayloadCanBeCommitted(Ordering ordering) {
    send(0, (byte) 'a');
    send(0, (byte) 'b');
    send(0, (byte) 0xFF);
    try (Consumer<String> consumer = engine.consumer(orders(ordering))) {
      assertThat(poll(consumer)).containsExactly("a");
      assertThat(poll(consumer)).containsExactly("b");
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> poll(consumer))
            .isInstanceOf(DecodeException.class)
            .hasMessageContaining("offset 2");
      }
      consumer.commit();
      assertThat(lag()).isEqualTo(1);
      DecodeException undecodable =
          catchThrowableOfType(DecodeException.class, () -> poll(consumer));
      send(0, (byte) 'c');
      assertThat(undecodable.topic()).isEqualTo("orders");
      consumer.seek(undecodable.partition(), undecodable.offset() + 1);
      assertThat(poll(consumer)).containsExactly("c");
    }
  }

  /** While one transaction is in doubt the consumer goes on in another, which is its own. */
  @ParameterizedTest
  @EnumSource
  void aRollbackGivesBackWhatItsOwnTransactionTook(Ordering ordering) {
    send(0, (byte) 'a');
    send(1, (byte) 'b');
    send(1, (byte) 'c');
    try (Consumer<String> consumer = engine.consumer(orders(ordering))) {
      Branch first = begin(1);
      final List<String> taken = poll(consumer);
      first.prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
      Branch second = begin(2);
      List<String> others = poll(consumer);
      assertThat(others).hasSize(1).doesNotContainAnyElementsOf(taken);
      engine.log().rollback(first.id());
      second.commitOnePhase();
      current.branch = Optional.empty();
      assertThat(lag()).isEqualTo(2);
      assertThat(List.of(poll(consumer), poll(consumer))).contains(taken).doesNotContain(others);
    }
  }

  private Branch begin(int number) {
    Branch branch = engine.log().begin(BranchId.of(7, new byte[] {(byte) number}, new byte[0]));
    current.branch = Optional.of(branch);
    return branch;
  }
}
