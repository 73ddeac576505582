package dev.lockstep.engine.model;

import dev.lockstep.Compression;
import dev.lockstep.TopicConfig;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Creates a topic. */
record CreateTopic(int partitions, Compression compression, Retained retained)
    implements Operation {
  static final CreateTopic PLAIN = new CreateTopic(2, Compression.NONE, Retained.FOR_EVER);

  static Arbitrary<Operation> any() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 4),
            Arbitraries.of(Compression.NONE, Compression.NONE, Compression.LZ4),
            Retained.any())
        .as(CreateTopic::new);
  }

  @Override
  public void on(History history) {
    TopicConfig config =
        retained.in(
            TopicConfig.of("topic" + history.name())
                .partitions(partitions)
                .compression(compression));
    history.change(() -> history.log().topics().create(config), after -> after.create(config));
  }
}
