package dev.lockstep.engine.model;

import dev.lockstep.DecisionRefusedException;
import dev.lockstep.Transactions;
import dev.lockstep.Transactions.Resolve;
import dev.lockstep.spi.Decision;
import dev.lockstep.spi.Subscription;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Decides a transaction that is in doubt, perhaps since an earlier life of the log. */
record Decide(int number, Fate fate, By by) implements Operation {
  /** Who decides. */
  enum By {
    /** Whoever was asked to prepare it. */
    DECIDER,
    /** Somebody who can prove nothing. */
    HAND,
    /** Somebody who can prove that it is right, and that the opposite is not. */
    PROOF
  }

  static Arbitrary<Operation> any() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 9),
            Arbitraries.of(Fate.COMMIT, Fate.ROLLBACK),
            Arbitraries.frequency(
                Tuple.of(3, By.DECIDER), Tuple.of(2, By.HAND), Tuple.of(1, By.PROOF)))
        .as(Decide::new);
  }

  @Override
  public void on(History history) {
    if (!history.model().inDoubt().isEmpty()) {
      decide(history, Pick.of(history.model().inDoubt().values(), number));
    }
  }

  void decide(History history, Doubt doubt) {
    Runnable call =
        switch (by) {
          case DECIDER -> () -> asDecider(history, doubt);
          case HAND -> () -> byHand(history, doubt, fate, Resolve.FORCED);
          case PROOF -> () -> byProof(history, doubt);
        };
    history.change(call, after -> after.decide(doubt, fate, by, history.now()));
    if (fate == Fate.ROLLBACK) {
      for (Taken taken : doubt.taken()) {
        history.members().getOrDefault(taken.by(), List.of()).forEach(Subscription::rewind);
      }
    }
  }

  private void asDecider(History history, Doubt doubt) {
    if (fate == Fate.COMMIT) {
      history.log().log().commit(doubt.id());
    } else {
      history.log().log().rollback(doubt.id());
    }
  }

  private static void byHand(History history, Doubt doubt, Fate fate, Resolve resolve) {
    Transactions transactions = history.log().transactions();
    String id = doubt.id().toString();
    if (fate == Fate.COMMIT) {
      transactions.commit(id, "as planned", resolve);
    } else {
      transactions.rollback(id, "as planned", resolve);
    }
  }

  private void byProof(History history, Doubt doubt) {
    Fate opposite = fate == Fate.COMMIT ? Fate.ROLLBACK : Fate.COMMIT;
    Runnable wrong = () -> byHand(history, doubt, opposite, Resolve.PROVEN);
    history.refused(wrong, DecisionRefusedException.class);
    history.prove(fate == Fate.COMMIT ? Decision.COMMIT : Decision.ROLLBACK);
    try {
      history.refused(wrong, DecisionRefusedException.class);
      byHand(history, doubt, fate, Resolve.PROVEN);
    } finally {
      history.prove(Decision.UNKNOWN);
    }
  }
}
