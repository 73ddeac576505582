package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.Consumer;
import dev.lockstep.ConsumerConfig;
import dev.lockstep.LockstepConfig;
import dev.lockstep.Message;
import dev.lockstep.Ordering;
import dev.lockstep.OutsideTransaction;
import dev.lockstep.TopicConfig;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.Branch;
import dev.lockstep.spi.Branch.Savepoint;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.TransactionBinding;
import dev.lockstep.spi.TransactionalLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A consumer in a transaction that goes back to a savepoint goes back, too. */
@Timeout(60)
class SavepointConsumerTest {
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
  private int names;

  SavepointConsumerTest() throws IOException {
    LockstepConfig config =
        TestLogs.config(Path.of("memory"))
            .transactions(current)
            .outsideTransaction(OutsideTransaction.OWN_TRANSACTION)
            .build();
    engine = TestLogs.open(new PowerCutStorage(15), config);
    engine.topics().create(TopicConfig.of("orders"));
    for (String text : List.of("a", "b", "c", "d", "e")) {
      engine.producer("orders", byte[].class).send(text, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private Consumer<String> consumer(Ordering ordering) {
    return engine.consumer(
        ConsumerConfig.of("billing", "orders", String.class).ordering(ordering).maxPollMessages(1));
  }

  private Branch begin() {
    Branch branch = engine.log().begin(BranchId.of(7, new byte[] {(byte) ++names}, new byte[0]));
    current.branch = Optional.of(branch);
    return branch;
  }

  private static List<String> poll(Consumer<String> consumer, int times) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      consumer.poll(NOW).forEach(message -> texts.add(message.payload() + message.attempt()));
    }
    return texts;
  }

  private long lag() {
    return engine.groups().find("billing", "orders").orElseThrow().lag();
  }

  @ParameterizedTest
  @EnumSource
  void whatItPolledSinceComesAgain(Ordering ordering) {
    try (Consumer<String> consumer = consumer(ordering)) {
      Branch branch = begin();
      assertThat(poll(consumer, 1)).containsExactly("a1");
      final Savepoint outer = branch.savepoint();
      assertThat(poll(consumer, 1)).containsExactly("b1");
      Savepoint inner = branch.savepoint();
      assertThat(poll(consumer, 2)).containsExactly("c1", "d1");
      branch.rollbackTo(inner);
      assertThat(poll(consumer, 3)).containsExactly("c1", "d1", "e1");
      branch.rollbackTo(inner);
      branch.rollbackTo(outer);
      assertThat(poll(consumer, 2)).containsExactly("b1", "c1");
      branch.commitOnePhase();
      assertThat(lag()).isEqualTo(2);
      begin();
      assertThat(poll(consumer, 3)).containsExactly("d1", "e1");
      current.branch.orElseThrow().commitOnePhase();
      assertThat(lag()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void allThatItPolledComesAgain(Ordering ordering) {
    try (Consumer<String> consumer = consumer(ordering)) {
      Branch branch = begin();
      Savepoint savepoint = branch.savepoint();
      assertThat(poll(consumer, 3)).containsExactly("a1", "b1", "c1");
      branch.rollbackTo(savepoint);
      assertThat(branch.isEmpty()).isTrue();
      assertThat(poll(consumer, 2)).containsExactly("a1", "b1");
      branch.commitOnePhase();
      assertThat(lag()).isEqualTo(3);
    }
  }

  /** Nothing is polled again in the transaction: the next one finds what was taken back. */
  @ParameterizedTest
  @EnumSource
  void theNextTransactionMayHaveIt(Ordering ordering) {
    try (Consumer<String> consumer = consumer(ordering)) {
      Branch branch = begin();
      poll(consumer, 1);
      Savepoint savepoint = branch.savepoint();
      poll(consumer, 2);
      branch.rollbackTo(savepoint);
      branch.commitOnePhase();
      assertThat(lag()).isEqualTo(4);
      Branch next = begin();
      assertThat(poll(consumer, 2)).containsExactly("b1", "c1");
      next.commitOnePhase();
      assertThat(lag()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRollbackBehindItGivesEverythingBackOnce(Ordering ordering) {
    try (Consumer<String> consumer = consumer(ordering)) {
      Branch branch = begin();
      poll(consumer, 1);
      Savepoint savepoint = branch.savepoint();
      poll(consumer, 2);
      branch.rollbackTo(savepoint);
      poll(consumer, 1);
      branch.rollback();
      begin();
      assertThat(poll(consumer, 6)).containsExactly("a1", "b1", "c1", "d1", "e1");
    }
  }

  /** What was taken back was not polled: it can't be parked, and what was polled before can. */
  @ParameterizedTest
  @EnumSource
  void parkingFollows(Ordering ordering) {
    try (Consumer<String> consumer = consumer(ordering)) {
      Branch branch = begin();
      Message<String> first = consumer.poll(NOW).get(0);
      Savepoint savepoint = branch.savepoint();
      Message<String> second = consumer.poll(NOW).get(0);
      consumer.park(first, Instant.EPOCH);
      consumer.park(second, Instant.EPOCH);
      branch.rollbackTo(savepoint);
      assertThatThrownBy(() -> consumer.park(second, Instant.EPOCH))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Poll it first");
      consumer.park(first, Instant.EPOCH);
      branch.commitOnePhase();
      begin();
      assertThat(poll(consumer, 2)).containsExactlyInAnyOrder("a2", "b1");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConsumerThatIsClosedMeanwhileGivesItToAnother(Ordering ordering) {
    Branch branch = begin();
    Savepoint savepoint;
    try (Consumer<String> consumer = consumer(ordering)) {
      poll(consumer, 1);
      savepoint = branch.savepoint();
      poll(consumer, 2);
    }
    branch.rollbackTo(savepoint);
    branch.commitOnePhase();
    begin();
    try (Consumer<String> another = consumer(ordering)) {
      assertThat(poll(another, 5)).containsExactly("b1", "c1", "d1", "e1");
      current.branch.orElseThrow().rollback();
    }
  }
}
