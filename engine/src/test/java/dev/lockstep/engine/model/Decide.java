package dev.lockstep.engine.model;

import dev.lockstep.spi.Subscription;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Decides a transaction that is in doubt, perhaps since an earlier life of the log. */
record Decide(int number, Fate fate) implements Operation {
  static Arbitrary<Operation> any() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 9), Arbitraries.of(Fate.COMMIT, Fate.ROLLBACK))
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
        fate == Fate.COMMIT
            ? () -> history.log().log().commit(doubt.id())
            : () -> history.log().log().rollback(doubt.id());
    history.change(call, after -> after.decide(doubt, fate, history.now()));
    if (fate == Fate.ROLLBACK) {
      for (Taken taken : doubt.taken()) {
        history.members().getOrDefault(taken.by(), List.of()).forEach(Subscription::rewind);
      }
    }
  }
}
