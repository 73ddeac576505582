package dev.lockstep.engine.model;

import dev.lockstep.GroupInUseException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Moves a group in a partition, forwards or backwards; refused while a transaction holds it. */
record ResetGroup(int number, int partition, int share) implements Operation {
  private static final int WHOLE = 10;

  static Arbitrary<Operation> any() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 9),
            Arbitraries.integers().between(0, 9),
            Arbitraries.integers().between(0, WHOLE))
        .as(ResetGroup::new);
  }

  @Override
  public void on(History history) {
    if (history.model().groups().isEmpty()) {
      return;
    }
    Membership by = Pick.of(history.model().groups().keySet(), number);
    int p = partition % history.model().topics().get(by.topic()).partitions().size();
    long offset = history.model().partition(by.topic(), p).end() * share / WHOLE;
    Runnable reset = () -> history.log().groups().reset(by.group(), by.topic(), p, offset);
    if (history.model().isFenced(by, p)) {
      history.refused(reset, GroupInUseException.class);
    } else {
      history.change(reset, after -> after.groups().get(by).move(p, offset));
    }
  }
}
