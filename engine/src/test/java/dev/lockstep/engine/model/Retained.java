package dev.lockstep.engine.model;

import dev.lockstep.TopicConfig;
import java.time.Duration;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** What a topic keeps. */
enum Retained {
  FOR_EVER,
  FOR_A_TIME,
  SOME_BYTES,
  UNTIL_CONSUMED,
  FOR_A_TIME_AND_UNTIL_CONSUMED,
  COMPACTED;

  private static final Duration TIME = Duration.ofMinutes(30);
  private static final long BYTES = 1500;

  static Arbitrary<Retained> any() {
    return Arbitraries.frequency(
        Tuple.of(3, FOR_EVER),
        Tuple.of(1, FOR_A_TIME),
        Tuple.of(1, SOME_BYTES),
        Tuple.of(1, UNTIL_CONSUMED),
        Tuple.of(1, FOR_A_TIME_AND_UNTIL_CONSUMED),
        Tuple.of(2, COMPACTED));
  }

  TopicConfig in(TopicConfig topic) {
    return switch (this) {
      case FOR_EVER -> topic;
      case FOR_A_TIME -> topic.retainFor(TIME);
      case SOME_BYTES -> topic.retainBytes(BYTES);
      case UNTIL_CONSUMED -> topic.retainUntilConsumed();
      case FOR_A_TIME_AND_UNTIL_CONSUMED -> topic.retainFor(TIME).retainUntilConsumed();
      case COMPACTED -> topic.compacted(TIME);
    };
  }
}
