package dev.lockstep.engine.model;

import java.time.Duration;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** The wall clock steps, forwards or backwards. */
record StepClock(int seconds) implements Operation {
  static Arbitrary<Operation> any() {
    return Arbitraries.integers().between(-600, 3600).map(StepClock::new);
  }

  @Override
  public void on(History history) {
    history.clock().step(Duration.ofSeconds(seconds));
  }
}
