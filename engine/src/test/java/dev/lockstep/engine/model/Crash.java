package dev.lockstep.engine.model;

import dev.lockstep.engine.io.PowerCutStorage.Loss;
import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** The power is cut between two operations, and perhaps again while the log is opened. */
record Crash(Loss loss, List<Integer> failedOpens) implements Operation {
  static Arbitrary<Operation> any() {
    return Combinators.combine(
            Arbitraries.of(Loss.class), Arbitraries.integers().between(1, 25).list().ofMaxSize(2))
        .as(Crash::new);
  }

  @Override
  public void on(History history) throws IOException {
    history.crash(loss, failedOpens);
  }
}
