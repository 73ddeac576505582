package dev.lockstep.engine.model;

import dev.lockstep.spi.BranchId;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Forgets that a transaction was decided by hand. */
record Forget(int number, Decide.By by) implements Operation {
  static Arbitrary<Operation> any() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 9), Arbitraries.of(Decide.By.DECIDER, Decide.By.HAND))
        .as(Forget::new);
  }

  @Override
  public void on(History history) {
    if (history.model().heuristics().isEmpty()) {
      return;
    }
    BranchId id = Pick.of(history.model().heuristics().keySet(), number);
    history.change(
        () -> {
          switch (by) {
            case DECIDER -> history.log().log().forget(id);
            case HAND, PROOF -> history.log().transactions().forget(id.toString());
          }
        },
        after -> after.forget(id, by, history.now()));
  }
}
