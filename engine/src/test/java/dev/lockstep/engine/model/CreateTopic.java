package dev.lockstep.engine.model;

import dev.lockstep.TopicConfig;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Creates a topic. */
record CreateTopic(int partitions) implements Operation {
  static Arbitrary<Operation> any() {
    return Arbitraries.integers().between(1, 4).map(CreateTopic::new);
  }

  @Override
  public void on(History history) {
    TopicConfig config = TopicConfig.of("topic" + history.name()).partitions(partitions);
    history.change(() -> history.log().topics().create(config), after -> after.create(config));
  }
}
