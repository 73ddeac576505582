package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.CommitPath;
import dev.lockstep.LockstepConfig;
import dev.lockstep.LockstepException;
import dev.lockstep.StartFrom;
import dev.lockstep.engine.Ledger.Membership;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.LogListener;
import dev.lockstep.spi.Subscription;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a listener is told of transactions. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(QuietLog.class)
class ListenerTest {
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final LogListener listener =
      new LogListener() {
        @Override
        public void committed(CommitPath path, int messages, Duration took) {
          assertThat(took).isPositive();
          told.add("committed " + path + " " + messages);
        }

        @Override
        public void rolledBack(BranchId id) {
          told.add("rolledBack");
        }

        @Override
        public void undecided(BranchId id, Decider decider) {
          told.add("undecided " + decider);
        }

        @Override
        public void failed(LockstepException cause) {
          told.add("failed " + cause.code());
        }
      };
  private final LockstepConfig config =
      TestLogs.config(Path.of("memory")).listener(listener).build();

  private List<String> taken() {
    List<String> taken = List.copyOf(told);
    told.clear();
    return taken;
  }

  @Test
  void isToldOfEachOutcomeOnce() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    try (Engine engine = TestLogs.open(storage, config)) {
      Work work = new Work(engine, new Ledger());
      work.createTopic("orders", 2);
      assertThat(taken()).isEmpty();
      Work.Transaction sent = work.begin();
      for (String key : List.of("a", "b", "c")) {
        sent.send("orders", key, 10);
      }
      sent.commitOnePhase();
      assertThat(taken()).containsExactly("committed LOG_ONLY 3");

      work.begin().rollback();
      assertThat(taken()).containsExactly("rolledBack");

      Work.Transaction prepared = work.begin();
      prepared.send("orders", "key", 10);
      prepared.prepare();
      assertThat(taken()).containsExactly("undecided TRANSACTION_MANAGER");
      prepared.commit();
      assertThat(taken()).containsExactly("committed XA 1");

      Work.Transaction refused = work.begin();
      refused.send("orders", "key", 10);
      refused.prepare();
      refused.rollback();
      assertThat(taken()).containsExactly("undecided TRANSACTION_MANAGER", "rolledBack");

      try (Subscription member = work.join("billing", "orders", StartFrom.EARLIEST)) {
        Work.Transaction consumed = work.begin();
        consumed.take(member, new Membership("billing", "orders"), 2);
        consumed.commitOnePhase();
      }
      assertThat(taken()).containsExactly("committed LOG_ONLY 0");
    }
  }

  @Test
  void aTransactionThatDidNothingIsNotMentioned() throws IOException {
    try (Engine engine = TestLogs.open(new PowerCutStorage(1), config)) {
      engine.log().begin().commitOnePhase();
      engine.log().begin().prepare(Decider.TRANSACTION_MANAGER, new byte[0]);
      assertThat(taken()).isEmpty();
    }
  }

  @Test
  void whatIsInDoubtAtTheOpenIsToldThen() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(1);
    try (Engine engine = TestLogs.open(storage, config)) {
      Work work = new Work(engine, new Ledger());
      work.createTopic("orders", 2);
      Work.Transaction prepared = work.begin();
      prepared.send("orders", "key", 10);
      prepared.prepare();
    }
    taken();
    try (Engine engine = TestLogs.open(TestLogs.again(storage), config)) {
      assertThat(taken()).containsExactly("undecided TRANSACTION_MANAGER");
      BranchId id = engine.log().undecided(Decider.TRANSACTION_MANAGER).get(0).id();
      engine.log().commit(id);
      assertThat(taken()).containsExactly("committed XA 1");
    }
  }
}
