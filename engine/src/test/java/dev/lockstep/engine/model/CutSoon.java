package dev.lockstep.engine.model;

import dev.lockstep.engine.io.PowerCutStorage.Loss;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** The power will be cut amid one of the next operations. */
record CutSoon(int operations, Loss loss) implements Operation {
  static Arbitrary<Operation> any() {
    return Combinators.combine(Arbitraries.integers().between(1, 25), Arbitraries.of(Loss.class))
        .as(CutSoon::new);
  }

  @Override
  public void on(History history) {
    history.cutSoon(operations, loss);
  }
}
