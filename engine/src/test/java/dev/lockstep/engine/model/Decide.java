package dev.lockstep.engine.model;

import dev.lockstep.Transactions;
import dev.lockstep.Transactions.Resolve;
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
    DECIDER,
    HAND
  }

  static Arbitrary<Operation> any() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 9),
            Arbitraries.of(Fate.COMMIT, Fate.ROLLBACK),
            Arbitraries.frequency(Tuple.of(3, By.DECIDER), Tuple.of(2, By.HAND)))
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
          case HAND -> () -> byHand(history.log().transactions(), doubt.id().toString());
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

  private void byHand(Transactions transactions, String id) {
    if (fate == Fate.COMMIT) {
      transactions.commit(id, "as planned", Resolve.FORCED);
    } else {
      transactions.rollback(id, "as planned", Resolve.FORCED);
    }
  }
}
