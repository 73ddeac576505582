package dev.lockstep.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.spi.Branch;
import dev.lockstep.spi.BranchId;
import dev.lockstep.spi.Decider;
import dev.lockstep.spi.Subscription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * A transaction: takes messages, sends messages, and ends. Before it takes messages, and between
 * the sends, it may do something that it takes back.
 */
record Transact(
    Optional<Detour> first, Optional<Take> take, List<Send> sends, Optional<Detour> then, Fate fate)
    implements Operation {
  private static final int LEAST_BEFORE_DETOUR = 2;

  static Arbitrary<Operation> any() {
    return Combinators.combine(
            Detour.any().optional(0.1),
            Take.any().optional(0.5),
            Send.any().list().ofMaxSize(5),
            Detour.sending().optional(0.1),
            Arbitraries.frequency(
                Tuple.of(8, Fate.COMMIT),
                Tuple.of(2, Fate.ROLLBACK),
                Tuple.of(1, Fate.ROLLBACK_ONLY),
                Tuple.of(2, Fate.PREPARE),
                Tuple.of(3, Fate.PREPARE_AND_COMMIT),
                Tuple.of(2, Fate.PREPARE_AND_ROLLBACK),
                Tuple.of(1, Fate.ABANDON)))
        .as(Transact::new);
  }

  @Override
  public void on(History history) {
    if (history.model().topics().isEmpty()) {
      CreateTopic.PLAIN.on(history);
    }
    byte[] name = ByteBuffer.allocate(Long.BYTES).putLong(history.name()).array();
    Branch branch = history.log().log().begin(BranchId.of(3, name, new byte[] {7}));
    List<Taken> taken = new ArrayList<>();
    List<Subscription> readers = new ArrayList<>();
    first.ifPresent(detour -> detour.of(history, branch, List.of()));
    take.ifPresent(some -> readers.add(some.from(history, branch, taken)));
    List<Sent> sent = new ArrayList<>();
    for (int i = 0; i < sends.size(); i++) {
      if (i == LEAST_BEFORE_DETOUR) {
        then.ifPresent(detour -> detour.of(history, branch, sent));
      }
      sends.get(i).in(history, branch, sent);
    }
    Doubt doubt = new Doubt(branch.id(), name, history.now(), sent, taken);
    assertThat(branch.isEmpty()).isEqualTo(taken.isEmpty() && sent.isEmpty());
    new Ending(history, branch, doubt, readers).end(fate);
  }

  /** How a transaction ends, in the log and in the model. */
  private record Ending(History history, Branch branch, Doubt doubt, List<Subscription> readers) {
    void end(Fate fate) {
      switch (fate) {
        case COMMIT ->
            history.change(
                branch::commitOnePhase,
                after -> after.commit(doubt.sent(), doubt.taken(), history.now()));
        case ROLLBACK -> rollback();
        case ROLLBACK_ONLY -> {
          branch.markRollbackOnly("as planned");
          rollback();
        }
        case PREPARE -> prepare();
        case PREPARE_AND_COMMIT -> decide(Fate.COMMIT);
        case PREPARE_AND_ROLLBACK -> decide(Fate.ROLLBACK);
        case ABANDON -> {
          history.abandon(doubt.sent());
          readers.forEach(Subscription::rewind);
        }
      }
    }

    private void rollback() {
      branch.rollback();
      readers.forEach(Subscription::rewind);
    }

    private boolean prepare() {
      if (branch.isEmpty()) {
        assertThat(branch.prepare(Decider.TRANSACTION_MANAGER, doubt.note()))
            .isEqualTo(Branch.Vote.READ_ONLY);
        return false;
      }
      history.change(
          () -> branch.prepare(Decider.TRANSACTION_MANAGER, doubt.note()),
          after -> after.prepare(doubt));
      return true;
    }

    private void decide(Fate fate) {
      if (prepare()) {
        new Decide(0, fate, Decide.By.DECIDER).decide(history, doubt);
      }
    }
  }
}
